#!/usr/bin/env node
import '../dist/cli/careledger-compose.js';
