#!/usr/bin/env node
import { onEngine } from '@careledger/engine';

await onEngine(() => import('../dist/src/main.js'));
