import { Command, Option } from 'commander';
import { openAuthority } from './authority';
import { clockOf, directoryOption, keyOption, validOption } from './options';
import { subjectOf } from '../options';
import { Run } from '../run';
import { CertificateStore } from './store/certificate-store';
import { StoreIndex } from './store/index-entry';
import { LAYOUTS, Side, requireName } from './store/layout';
import { NewAuthority, withAuthority } from './store/records';
import { PlannedFile } from './store/transaction';
import { DistinguishedName } from '../../model/distinguished-name';
import { CertificateAuthority, KeyAlgorithm, Validity } from '../../pki';
import { Stop, stopping } from '../exit-status';

interface InitOptions {
  readonly dir: string;
  readonly layout: string;
  readonly name?: string;
  readonly subject?: DistinguishedName;
  readonly intermediate?: DistinguishedName[];
  readonly below?: string;
  readonly for: string;
  readonly key: KeyAlgorithm;
  readonly valid?: Validity;
  readonly force?: boolean;
}

/** A CA that is to be made. */
interface Planned {
  readonly name: string;
  readonly subject: DistinguishedName;
  /** How many intermediates may follow below it. */
  readonly pathLength: number;
}

/** Adds `pki init`. */
export function addInit(pki: Command, run: Run): void {
  pki.command('init')
    .description('make a CA: a root, or a root with intermediates below it')
    .addOption(directoryOption())
    .addOption(new Option('--layout <layout>', 'how files are named: our way, or as in the tutorials of Istio, Kyma and Alibaba Cloud Service Mesh').choices(Object.keys(LAYOUTS)).default('plain'))
    .option('--name <name>', 'name of the CA, which files are named after', requireName)
    .option('--subject <name>', 'subject of the CA (default: `/CN=` and its name)', subjectOf)
    .option('--intermediate <subject>', 'make an intermediate CA below, too; repeated: one below the other', collectSubject)
    .option('--below <ca>', 'make an intermediate CA below this one instead of a root')
    .addOption(new Option('--for <side>', 'what it issues').choices(['server', 'client', 'both']).default('both'))
    .addOption(keyOption())
    .addOption(validOption('10y for a root, 5y for an intermediate'))
    .option('--force', 'replace a CA of the same name; the old files stay under issued/')
    .action((options: InitOptions) => init(options, run));
}

async function init(options: InitOptions, { terminal }: Run): Promise<void> {
  const issues: Side[] = options.for === 'both' ? ['server', 'client'] : [options.for as Side];
  await CertificateStore.changeOrCreate(options.dir, options.layout, async (store) => {
    if (store.index.layout !== options.layout && options.layout !== 'plain') {
      throw Stop.wrongUse(`\`${options.dir}\` has layout ${store.index.layout}: name another directory, or leave --layout out`);
    }
    const plans = plannedOf(options, store);
    const isRoot = options.below === undefined;
    const files = plans.flatMap(({ name }, position) => Object.values(store.layout.authority(name, isRoot && position === 0)));
    store.requireFree(files, options.force === true);
    const taken = plans.find(({ name }) => store.index.authorities.some((authority) => authority.name === name));
    if (taken !== undefined && options.force !== true) {
      throw Stop.wrongUse(`there is a CA \`${taken.name}\` in \`${options.dir}\`: choose another name with --name, or add --force`);
    }
    if (taken !== undefined && store.index.certificates.some(({ issuer, state }) => issuer === taken.name && state === 'current')) {
      throw Stop.wrongUse(`CA \`${taken.name}\` has issued certificates that are in use: replace it with \`pki rotate-ca ${taken.name}\``);
    }
    let above = isRoot ? undefined : store.authority(options.below!);
    let authority = above === undefined ? undefined : openAuthority(store, above, terminal);
    let index: StoreIndex = store.index;
    const written: PlannedFile[] = [];
    for (const plan of plans) {
      if (options.key === KeyAlgorithm.RSA_4096) terminal.progress(`making an RSA key of 4096 bits for ${plan.name}`);
      authority = await makeAuthority(plan, authority, options, terminal);
      const entry: NewAuthority = { name: plan.name, family: plan.name, state: 'active', issues, issuer: above?.name ?? plan.name };
      const change = withAuthority(store, index, authority, entry, options.force === true);
      index = change.index;
      written.push(...change.files);
      above = index.authorities[index.authorities.length - 1];
    }
    store.write(index, written);
    plans.forEach(({ name }) => {
      const made = index.authorities.find((entry) => entry.name === name)!;
      terminal.write(`${made.issuer === name ? 'root' : 'intermediate'} CA ${name}: ${made.subject}, until ${made.notAfter}\n  certificate  ${store.pathOf(made.certificate)}\n  private key  ${store.pathOf(made.privateKey!)}\n`);
    });
  });
}

function makeAuthority(plan: Planned, above: CertificateAuthority | undefined, options: InitOptions, terminal: Run['terminal']): Promise<CertificateAuthority> {
  const { subject, pathLength } = plan;
  const { key: keyAlgorithm, valid: validity } = options;
  return stopping(Stop.wrongUse, async () => above === undefined
    ? CertificateAuthority.root({ subject, pathLength, keyAlgorithm, validity, clock: clockOf(terminal) }).create()
    : above.createIntermediate({ subject, pathLength, keyAlgorithm, validity: options.below === undefined ? undefined : validity }));
}

function plannedOf({ name, subject, intermediate, below }: InitOptions, { layout, directory }: CertificateStore): Planned[] {
  if (below !== undefined && name === undefined) {
    throw Stop.wrongUse(`an intermediate CA in \`${directory}\` needs a name: give one with --name`);
  }
  const first = name ?? layout.root;
  const usual = intermediate === undefined && below === undefined && name === undefined;
  const names = usual ? layout.intermediates : intermediateNames(first === layout.root ? 'intermediate' : `${first}-intermediate`, intermediate?.length ?? 0);
  const all = [first, ...names];
  return all.map((entry, position) => ({
    name: requireName(entry),
    subject: (position === 0 ? subject : intermediate?.[position - 1]) ?? subjectOf(`/CN=${entry}`),
    // A root without intermediates leaves room for one, so that it can be added later.
    pathLength: all.length === 1 && below === undefined ? 1 : all.length - 1 - position,
  }));
}

function intermediateNames(name: string, amount: number): string[] {
  return amount === 1 ? [name] : Array.from({ length: amount }, (_, index) => `${name}-${index + 1}`);
}

function collectSubject(text: string, previous: DistinguishedName[] = []): DistinguishedName[] {
  return [...previous, subjectOf(text)];
}

