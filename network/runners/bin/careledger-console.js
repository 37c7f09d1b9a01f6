#!/usr/bin/env node
import { onEngine } from '@careledger/engine';

await onEngine(() => import('../dist/src/cli/careledger-console.js'));
