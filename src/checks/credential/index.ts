import { certificatePurpose } from './certificate-purpose';
import { configMapName } from './config-map-name';
import { ignoredFiles } from './ignored-files';
import { ignoredRevocation } from './ignored-revocation';
import { secretKeys } from './secret-keys';
import { secretNamespace } from './secret-namespace';
import { sharedAuthority } from './shared-authority';
import { trustAnchorName } from './trust-anchor-name';
import { twoCertificates } from './two-certificates';
import type { Check } from '../check';

/** Checks of certificates, trust anchors and the Secrets that hold them. */
export const CREDENTIAL_CHECKS: readonly Check[] = [
  secretNamespace, secretKeys, sharedAuthority, trustAnchorName, ignoredRevocation, certificatePurpose, twoCertificates, configMapName, ignoredFiles,
];
