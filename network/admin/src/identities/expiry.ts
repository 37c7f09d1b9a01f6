import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { NetworkLayout } from '../layout.js';
import { X509Certificate } from './x509.js';

const DAY_MS = 86_400_000;

export interface CertificateExpiry {
  /** Path below the network's folder. */
  readonly file: string;
  readonly subject: string;
  readonly notAfter: Date;
  /** Whole days from now; negative when it has expired. */
  readonly daysLeft: number;
}

/** Every certificate of a network, the next to expire first. */
export async function certificateExpiry(
  layout: NetworkLayout,
  now = new Date(),
): Promise<CertificateExpiry[]> {
  const folder = join(layout.root, 'organizations');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && entry.name === 'cert.pem')
    .map((entry) => join(entry.parentPath, entry.name));
  const report = await Promise.all(
    files.map(async (file) => {
      const { subject, notAfter } = new X509Certificate(await readFile(file, 'utf8'));
      const daysLeft = Math.floor((notAfter.getTime() - now.getTime()) / DAY_MS);
      return { file: relative(layout.root, file), subject, notAfter, daysLeft };
    }),
  );
  return report.sort((a, b) => a.notAfter.getTime() - b.notAfter.getTime() || a.file.localeCompare(b.file));
}
