export { launch, launchContracts } from './launch.js';
