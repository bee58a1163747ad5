import { Command, Option } from 'commander';
import { openAuthority } from './authority';
import { clockOf, directoryOption, keyOption, validOption } from './options';
import { renewAll } from './renew';
import { Run } from '../run';
import { CertificateStore } from './store/certificate-store';
import { AuthorityEntry, CertificateEntry, StoreIndex } from './store/index-entry';
import { withAuthority } from './store/records';
import { PlannedFile } from './store/transaction';
import { trustedFor } from './trust';
import { CertificateAuthority, KeyAlgorithm, Validity } from '../../pki';
import { ExitStatus, Stop, stopping } from '../exit-status';

interface RotateOptions {
  readonly dir: string;
  readonly stage?: 'add' | 'swap' | 'drop';
  readonly renew?: boolean;
  readonly key: KeyAlgorithm;
  readonly valid?: Validity;
  readonly force?: boolean;
}

/** Adds `pki rotate-ca`. */
export function addRotateCa(pki: Command, run: Run): void {
  pki.command('rotate-ca')
    .description('replace a CA, and those below it, without an outage: trust both, then issue with the new one, then drop the old one')
    .argument('<ca>', 'name of the CA')
    .addOption(directoryOption())
    .addOption(new Option('--stage <stage>', 'what to do (default: tell how far it is)').choices(['add', 'swap', 'drop']))
    .option('--renew', 'with swap: issue all certificates of the old CA again with the new one')
    .addOption(keyOption())
    .addOption(validOption('10y for a root, 5y for an intermediate'))
    .option('--force', 'with drop: although certificates of the old CA are in use')
    .action((name: string, options: RotateOptions) => CertificateStore.change(options.dir, async (store) => {
      const active = store.authority(name);
      if (active.state !== 'active') {
        throw Stop.wrongUse(`CA \`${active.name}\` is ${active.state}: name the one that issues, \`${active.family}\``);
      }
      switch (options.stage) {
        case 'add': return add(store, active, options, run);
        case 'swap': return swap(store, active, options, run);
        case 'drop': return drop(store, active, options, run);
        default: return tell(store, active, run);
      }
    }));
}

async function add(store: CertificateStore, old: AuthorityEntry, options: RotateOptions, run: Run): Promise<void> {
  const busy = rotationOf(store.index, old);
  if (busy !== undefined) {
    throw Stop.wrongUse(`CA \`${old.family}\` is being replaced already, \`${busy.name}\` is ${busy.state}: next comes --stage ${busy.state === 'incoming' ? 'swap' : 'drop'}`);
  }
  let index = store.index;
  const files: PlannedFile[] = [];
  const made = new Map<string, { entry: AuthorityEntry; authority: CertificateAuthority }>();
  for (const entry of withDescendants(store.index, old)) {
    const above = made.get(entry.issuer);
    const authority = await replacementOf(store, entry, above?.authority, options, run);
    const name = nextName(index, entry.family);
    store.requireFree(Object.values(store.layout.authority(name, authority.isRoot)), false);
    const issuer = above?.entry.name ?? (entry.issuer === entry.name ? name : entry.issuer);
    const change = withAuthority(store, index, authority, { name, family: entry.family, state: 'incoming', issues: entry.issues, issuer }, false);
    index = change.index;
    files.push(...change.files);
    made.set(entry.name, { entry: index.authorities[index.authorities.length - 1], authority });
  }
  const bundles = [...made.values()].map(({ entry }) => anchorsOf(store, index, entry, files));
  store.write(index, [...files, ...bundles]);
  run.terminal.write([...made.values()].map(({ entry }) => `incoming CA ${entry.name}: ${entry.subject}, until ${entry.notAfter}\n`).join('')
    + bundles.map(({ path }) => `both the old and the new CA: ${store.pathOf(path)}\n`).join('') + nextStep(old, 'incoming', store));
}

async function swap(store: CertificateStore, old: AuthorityEntry, options: RotateOptions, run: Run): Promise<void> {
  const incoming = rotationOf(store.index, old);
  if (incoming?.state !== 'incoming') {
    throw Stop.wrongUse(`there is no new CA for \`${old.family}\` to swap to: begin with --stage add`);
  }
  const families = withDescendants(store.index, old).map(({ family }) => family);
  const states = { active: 'outgoing', incoming: 'active' } as const;
  const authorities = store.index.authorities.map((entry) => (
    families.includes(entry.family) && (entry.state === 'active' || entry.state === 'incoming') ? { ...entry, state: states[entry.state] } : entry
  ));
  const swapped = store.having({ ...store.index, authorities });
  const left = stillIssuedBy(swapped.index, families);
  const owned = left.filter(({ privateKey }) => privateKey !== undefined);
  const renewal = options.renew === true ? await renewAll(swapped, swapped.index, owned, {}, run.terminal) : { index: swapped.index, files: [] };
  store.write(renewal.index, renewal.files);
  if (options.renew === true) {
    run.terminal.write(`renewed with ${incoming.name}: ${owned.map(({ name }) => name).join(', ') || 'nothing'}\n`);
  }
  const rest = options.renew === true ? left.filter((entry) => !owned.includes(entry)) : left;
  run.terminal.write(`CA ${incoming.name} issues now, ${old.name} is outgoing and still trusted\n${rest.map(toRenew).join('')}${nextStep(old, 'outgoing', store)}`);
}

async function drop(store: CertificateStore, active: AuthorityEntry, options: RotateOptions, run: Run): Promise<void> {
  const outgoing = rotationOf(store.index, active);
  if (outgoing?.state !== 'outgoing') {
    throw Stop.wrongUse(`there is no old CA of \`${active.family}\` to drop: ${outgoing === undefined ? 'begin with --stage add' : 'first comes --stage swap'}`);
  }
  const families = withDescendants(store.index, active).map(({ family }) => family);
  const now = run.terminal.now().toISOString();
  const left = stillIssuedBy(store.index, families).filter(({ notAfter }) => notAfter >= now);
  if (left.length > 0 && options.force !== true) {
    run.terminal.write(`${left.length} certificate${left.length === 1 ? '' : 's'} of the old CA in use, nothing was changed\n${left.map(toRenew).join('')}or add --force, and they are refused from then on\n`);
    run.end(ExitStatus.FINDINGS);
    return;
  }
  const authorities = store.index.authorities.map((entry): AuthorityEntry => (
    families.includes(entry.family) && entry.state === 'outgoing' ? { ...entry, state: 'retired' } : entry
  ));
  const index = { ...store.index, authorities };
  const current = authorities.filter(({ family, state }) => families.includes(family) && state === 'active');
  const bundles = current.map((entry) => anchorsOf(store, index, entry, []));
  store.write(index, bundles);
  run.terminal.write(`CA ${outgoing.name} is retired: give the gateways and clients the CAs without it\n${bundles.map(({ path }) => `  ${store.pathOf(path)}\n`).join('')}`
    + `  pki export --dir ${store.directory} --client-ca ${active.family} …\n`);
}

async function tell(store: CertificateStore, active: AuthorityEntry, { terminal }: Run): Promise<void> {
  const other = rotationOf(store.index, active);
  const family = store.index.authorities.filter((entry) => entry.family === active.family);
  terminal.write(family.map((entry) => `${entry.state.padEnd(8)}  ${entry.name}: ${entry.subject}, until ${entry.notAfter}\n`).join('')
    + (other === undefined ? `not being replaced; begin with \`pki rotate-ca ${active.family} --stage add\`\n` : nextStep(active, other.state, store)));
}

/** The other CA of a family that is not retired. */
function rotationOf(index: StoreIndex, active: AuthorityEntry): AuthorityEntry | undefined {
  return index.authorities.find(({ family, state }) => family === active.family && (state === 'incoming' || state === 'outgoing'));
}

function withDescendants(index: StoreIndex, authority: AuthorityEntry): AuthorityEntry[] {
  const below = index.authorities.filter(({ issuer, name, state }) => issuer === authority.name && name !== authority.name && state === 'active');
  return [authority, ...below.flatMap((entry) => withDescendants(index, entry))];
}

async function replacementOf(
  store: CertificateStore, entry: AuthorityEntry, above: CertificateAuthority | undefined, options: RotateOptions, { terminal }: Run,
): Promise<CertificateAuthority> {
  const old = openAuthority(store, entry, terminal);
  const { subject, remainingPathLength: pathLength } = old;
  const { key: keyAlgorithm, valid } = options;
  return stopping(Stop.wrongUse, async () => {
    if (entry.issuer === entry.name) {
      return CertificateAuthority.root({ subject, keyAlgorithm, pathLength, validity: valid, clock: clockOf(terminal) }).create();
    }
    const issuer = above ?? openAuthority(store, store.authorityOfEntry(entry.issuer), terminal);
    return issuer.createIntermediate({ subject, keyAlgorithm, pathLength, validity: above === undefined ? valid : undefined });
  });
}

function nextName(index: StoreIndex, family: string): string {
  const taken = index.authorities.map(({ name }) => name);
  let generation = index.authorities.filter((entry) => entry.family === family).length + 1;
  while (taken.includes(`${family}-${generation}`)) generation += 1;
  return `${family}-${generation}`;
}

function anchorsOf(store: CertificateStore, index: StoreIndex, entry: AuthorityEntry, fresh: readonly PlannedFile[]): PlannedFile {
  const isRoot = entry.issuer === entry.name;
  const content = (path: string) => fresh.find((file) => file.path === path)?.content ?? store.read(path, 'CA certificate');
  const trusted = trustedFor(entry, index.authorities);
  return { path: store.layout.authority(entry.family, isRoot).anchors, content: trusted.map(({ certificate }) => content(certificate)).join(''), replace: true };
}

function stillIssuedBy(index: StoreIndex, families: readonly string[]): CertificateEntry[] {
  const outgoing = index.authorities.filter(({ family, state }) => families.includes(family) && state === 'outgoing').map(({ name }) => name);
  return index.certificates.filter(({ issuer, state }) => state === 'current' && outgoing.includes(issuer));
}

function toRenew({ name, side, notAfter, privateKey, issuer }: CertificateEntry): string {
  const how = privateKey === undefined ? `\`pki renew ${name} --side ${side}\`, and give it to its owner` : `\`pki renew ${name} --side ${side}\``;
  return `  ${side} ${name} is of ${issuer}, until ${notAfter}: ${how}\n`;
}

function nextStep({ family }: AuthorityEntry, state: AuthorityEntry['state'], { directory }: CertificateStore): string {
  return state === 'incoming'
    ? `next: give both CAs to every gateway and client (\`pki export --dir ${directory} --client-ca ${family} …\`), then \`pki rotate-ca ${family} --dir ${directory} --stage swap\`\n`
    : `next: bring the renewed certificates to their places, then \`pki rotate-ca ${family} --dir ${directory} --stage drop\`\n`;
}
