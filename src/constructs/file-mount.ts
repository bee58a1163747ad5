import { checkedPath } from '../resources/gateway-server-check';

/** A Secret as a directory of the gateway's pods. */
export interface FileMount {
  readonly volumeName: string;
  readonly secretName: string;
  readonly mountPath: string;
}

/** The mount that brings files into the pods; none where the Secret is not named because something else brings them. */
export function fileMount(files: { [what: string]: string | undefined }, secretName?: string, volumeName?: string): FileMount[] {
  const paths = Object.entries(files).filter(([, path]) => path !== undefined).map(([what, path]) => checkedPath(what, path));
  if (secretName === undefined) {
    if (volumeName !== undefined) throw new Error(`volume \`${volumeName}\` without \`secretName\`: name the Secret that it shows`);
    return [];
  }
  if (typeof secretName !== 'string' || !/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(secretName)) {
    throw new Error(`invalid secret name \`${String(secretName)}\`: expected at most 253 lower-case letters, digits, \`-\` and \`.\``);
  }
  const directories = [...new Set(paths.map((path) => path.slice(0, path.lastIndexOf('/'))))];
  if (directories.length > 1) throw new Error(`files of secret \`${secretName}\` lie in \`${directories.join('` and `')}\`: a Secret is mounted as one directory`);
  const [mountPath] = directories;
  if (mountPath === '') throw new Error(`invalid path \`${paths[0]}\`: expected a directory of its own for the files of secret \`${secretName}\``);
  const name = volumeName ?? mountPath.slice(mountPath.lastIndexOf('/') + 1);
  if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) {
    throw new Error(`invalid volume name \`${name}\`: expected at most 63 lower-case letters, digits and inner \`-\`; set \`volumeName\``);
  }
  return [{ volumeName: name, secretName, mountPath }];
}
