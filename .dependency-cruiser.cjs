/** Who may know whom. It sees compiled imports; types, which compile away, are seen by test/tidy/architecture.test.ts. */
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'schemas-are-a-leaf', severity: 'error', from: { path: '^dist/schemas' }, to: { path: '^dist/(domain|commands|projections|adapters|test)' } },
    { name: 'domain-knows-schemas-only', severity: 'error', from: { path: '^dist/domain' }, to: { path: '^dist/(commands|projections|adapters|test)' } },
    { name: 'domain-is-pure', severity: 'error', from: { path: '^dist/domain' }, to: { dependencyTypes: ['core', 'npm'] } },
    { name: 'commands-and-projections-apart', severity: 'error', from: { path: '^dist/commands' }, to: { path: '^dist/(projections|adapters|test)' } },
    { name: 'projections-and-commands-apart', severity: 'error', from: { path: '^dist/projections' }, to: { path: '^dist/(commands|adapters|test)' } },
    { name: 'nobody-imports-tests', severity: 'error', from: { path: '^dist/(schemas|domain|commands|projections|adapters)' }, to: { path: '^dist/test' } },
    { name: 'awilix-in-the-container', severity: 'error', from: { pathNot: '^dist/adapters/container\\.js$' }, to: { path: 'node_modules/awilix/' } },
    { name: 'rxjs-where-events-flow', severity: 'error', from: { pathNot: '^dist/projections/(run|feed)\\.js$' }, to: { path: 'node_modules/rxjs/' } },
    { name: 'libsql-in-one-file', severity: 'error', from: { pathNot: '^dist/adapters/embedded/sqlite\\.js$' }, to: { path: 'node_modules/libsql/' } },
    { name: 'mongodb-in-one-folder', severity: 'error', from: { pathNot: '^dist/adapters/mongodb/' }, to: { path: 'node_modules/(mongodb|bson)/' } },
    {
      name: 'eventstore-in-one-folder',
      severity: 'error',
      from: { pathNot: '^dist/(test/bench/|(test/)?adapters/eventstoredb/)' },
      to: { path: 'node_modules/@eventstore/' },
    },
    { name: 'webcrypto-in-one-folder', severity: 'error', from: { pathNot: '^dist/adapters/webcrypto/' }, to: { path: 'node_modules/@peculiar/' } },
    { name: 'ucum-in-one-folder', severity: 'error', from: { pathNot: '^dist/adapters/ucum/' }, to: { path: 'node_modules/@lhncbc/' } },
    { name: 'fastify-in-one-folder', severity: 'error', from: { pathNot: '^dist/adapters/http/' }, to: { path: 'node_modules/@?fastify/' } },
  ],
  options: { doNotFollow: { path: 'node_modules' } },
};
