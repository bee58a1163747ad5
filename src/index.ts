// The generated classes of the CRDs, as submodules: one of them is called `Gateway`, like our own.
export * as networking from '../imports/networking.istio.io';
export * as security from '../imports/security.istio.io';
export * as kyma from '../imports/gateway.kyma-project.io';
export * as gardener_cert from '../imports/cert.gardener.cloud';
export * as gardener_dns from '../imports/dns.gardener.cloud';
export * as certmanager from '../imports/cert-manager.io';

export * from './model';
export * from './resources';
export * from './constructs';
export * from './synth';
export * from './plugin';
export * as authz from './authz';
export * as pki from './pki';

export * from './synth/access-report';

import { attachAppChecks } from './synth/app-checks';

attachAppChecks();
