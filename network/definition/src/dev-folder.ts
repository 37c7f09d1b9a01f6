import { join } from 'node:path';

/** Folder of `make dev` unless told otherwise, below the working directory. */
export const DEV_FOLDER = join('.careledger', 'dev');

/** Its embedded network's, which `make console` looks for. */
export const devNetworkFolder = (folder: string = DEV_FOLDER): string => join(folder, 'network');
