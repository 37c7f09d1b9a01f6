#!/usr/bin/env node
import '../dist/cli/careledger-network.js';
