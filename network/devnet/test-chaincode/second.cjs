'use strict';
// The same contract in a package of its own: definitions that share one package cannot call each other.
module.exports.contracts = [...require('./index.cjs').contracts];
