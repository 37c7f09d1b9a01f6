import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import { layers, restrictionsOf } from './eslint.layers.js';

export default tseslint.config(
  // Style of generated code is its generator's; that it compiles and does what it says is tested.
  {
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      '.careledger/**',
      'clients/*/src/generated/**',
      'packages/fhir/src/r4/definitions.ts',
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    files: ['**/*.{ts,tsx}'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/await-thenable': 'error',
      // A promise returned out of `using` or `try` outlives what it needs.
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
      // More than four arguments in a row are told apart by name: an options object.
      'max-params': ['error', 4],
    },
  },
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: {
      globals: {
        AbortSignal: 'readonly',
        URL: 'readonly',
        console: 'readonly',
        fetch: 'readonly',
        process: 'readonly',
      },
    },
  },
  {
    files: ['**/*.test.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  ...layers.map((layer) => ({
    files: layer.folders.map((folder) => `${folder}/**/*.{ts,tsx}`),
    ignores: layer.except ?? [],
    rules: { 'no-restricted-imports': ['error', restrictionsOf(layer)] },
  })),
);
