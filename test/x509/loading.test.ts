import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');

/** Loads modules in a process of their own and tells which files of packages that loaded. */
function packagesLoadedBy(modules: readonly string[]): string {
  const script = `
    require('ts-node').register({ transpileOnly: true, project: ${JSON.stringify(join(ROOT, 'tsconfig.json'))} });
    const before = new Set(Object.keys(require.cache));
    ${modules.map((module) => `require(${JSON.stringify(join(ROOT, module))});`).join('\n')}
    process.stdout.write(Object.keys(require.cache).filter((file) => !before.has(file) && file.includes('node_modules')).join());
  `;
  return execFileSync(process.execPath, ['-e', script], { cwd: ROOT, encoding: 'utf8' });
}

// Loading the library has to stay cheap, so reading certificates needs nothing but Node.
test('reading certificates, lists and names loads no package', () => {
  expect(packagesLoadedBy(['src/x509/crl', 'src/model/certificate-chain', 'src/model/certificate-identity'])).toBe('');
}, 60_000);
