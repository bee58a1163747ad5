#!/usr/bin/env node
import { processTerminal } from './process-terminal';
import { runCommand } from './program';

void runCommand(process.argv.slice(2), processTerminal()).then((status) => {
  process.exitCode = status;
});
