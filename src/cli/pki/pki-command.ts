import { Command } from 'commander';
import { addCrl } from './crl';
import { addExport } from './export';
import { addInit } from './init';
import { addInspect } from './inspect';
import { addClient, addServer } from './issue';
import { addRenew } from './renew';
import { addRevoke } from './revoke';
import { addRotateCa } from './rotate-ca';
import { Run } from '../run';
import { addSign } from './sign';
import { addVerify } from './verify';

/** Adds `pki` and its subcommands. */
export function addPki(program: Command, run: Run): void {
  const pki = program.command('pki').description('certificates for gateways and their clients, in a directory of PEM files');
  const subcommands = [addInit, addServer, addClient, addSign, addRenew, addRotateCa, addRevoke, addCrl, addInspect, addVerify, addExport];
  subcommands.forEach((add) => add(pki, run));
}
