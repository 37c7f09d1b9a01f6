import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PROBE } from './network.js';
import type { TemporaryFolder } from './network.js';

/** What a chaincode package has of its own when it is installed by itself; the rest is shared to spare the disk. */
const OWN_PACKAGES = ['fabric-shim', 'google-protobuf'];

async function writePackage(path: string, main: string): Promise<string> {
  await mkdir(path, { recursive: true });
  await writeFile(
    join(path, 'package.json'),
    JSON.stringify({ name: 'probe', version: '1.0.0', main: 'main.cjs' }),
  );
  await writeFile(join(path, 'main.cjs'), main);
  return path;
}

/** The probe as a CommonJS package, which most Node chaincode is. */
export function probePackage(folder: TemporaryFolder, name: string): Promise<string> {
  return writePackage(
    join(folder.path, name),
    `exports.contracts = require(${JSON.stringify(PROBE)}).contracts;`,
  );
}

/** A CommonJS package with one function, `who`, that answers with the package's name, and with a shim of its own. */
export async function packageWithOwnShim(folder: TemporaryFolder, name: string): Promise<string> {
  const path = await writePackage(
    join(folder.path, name),
    `const shim = require('fabric-shim');
     exports.chaincode = {
       async Init() { return shim.success(Buffer.alloc(0)); },
       async Invoke(stub) {
         await stub.putState('seen', Buffer.from(${JSON.stringify(name)}));
         return shim.success(Buffer.from(${JSON.stringify(name)}));
       },
     };`,
  );
  const packages = installedPackages();
  for (const each of OWN_PACKAGES) {
    await cp(join(packages, each), join(path, 'node_modules', each), { recursive: true });
  }
  await symlink(packages, join(folder.path, 'node_modules')).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  return path;
}

function installedPackages(): string {
  return dirname(dirname(createRequire(import.meta.url).resolve('fabric-shim/package.json')));
}
