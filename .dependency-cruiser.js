/** What `make lint` holds: no import, types included, comes back to its own module or folder. */
export default {
  forbidden: [
    {
      name: 'no-circular-modules',
      comment:
        'A file that imports itself by way of others cannot be read alone: move what both need to a file of its own.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-circular-folders',
      comment:
        'Folders that import one another are one folder: move what both need to the folder that owns it.',
      severity: 'error',
      scope: 'folder',
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    // Tests and their support import freely, and generated code is not read; sources have to be, in one direction.
    exclude: { path: ['(^|/)dist/', '[.]test[.]ts$', '(^|/)testing/', '(^|/)generated/'] },
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'default'],
      extensions: ['.ts', '.tsx', '.js'],
    },
  },
};
