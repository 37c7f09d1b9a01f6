// @peculiar/x509 resolves its parts through decorators, which need this polyfill before them.
import 'reflect-metadata';

export * from '@peculiar/x509';
