#!/usr/bin/env node
import '../dist/cli/careledger-native.js';
