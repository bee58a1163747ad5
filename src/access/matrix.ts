import { AccessSpace } from './access-space';
import { Endpoint } from './endpoint';
import { sectionOf } from './matrix-section';
import { Hop, Outcome } from '../authz';

/** How a cell is meant: in, not in, or not to be told from the manifests. */
export type Verdict = 'allowed' | 'denied' | 'elsewhere' | 'open';

/** What becomes of a request, in short. */
export interface CellFacts {
  readonly verdict: Verdict;
  /** In a few words, e.g. `allowed`, `403 default/httpbin`, `handshake refused`. */
  readonly text: string;
  readonly outcome: Outcome;
  readonly status?: number;
  /** The policy that decided, or the closest of those that do not allow it, `namespace/name`. */
  readonly policy?: string;
  /** Its rule, from 1. */
  readonly rule?: number;
  /** The Service that is reached. */
  readonly workload?: string;
}

/** What becomes of those of a row at the places of a column, told by one request. */
export interface MatrixCell extends CellFacts {
  /** The header lines that were forged for it, where they get further than none. */
  readonly forged?: string;
  /** Why; the same object for cells whose place tells their callers not apart. */
  readonly explanation: CellExplanation;
}

/** Why a cell is as it is. */
export interface CellExplanation {
  /** The caller by whom it is told. */
  readonly example: string;
  /** The decision in one line, with its reason. */
  readonly reason: string;
  readonly hops: readonly Hop[];
  /** Of an open cell the possible answers. */
  readonly alternatives: readonly string[];
  /** The request as a command line. */
  readonly curl: string;
}

/** Callers that are treated alike everywhere in a section. */
export interface MatrixRow {
  /** The example. */
  readonly label: string;
  /** Everybody in it, the example included. */
  readonly members: readonly string[];
  /** Whether header lines are forged that get furthest. */
  readonly forging: boolean;
}

/** Operations that everybody is treated alike at. */
export interface MatrixColumn {
  /** The example: host, and path and method where they matter. */
  readonly label: string;
  /** Every place in it, the example included. */
  readonly members: readonly string[];
  /** How many hosts it stands for. */
  readonly hosts: number;
  readonly endpoint: Endpoint;
}

/** One table: callers from outside at gateways, or callers in the mesh at Services. */
export interface MatrixSection {
  readonly title: string;
  readonly rows: readonly MatrixRow[];
  readonly columns: readonly MatrixColumn[];
  /** By row, then column. */
  readonly cells: readonly (readonly MatrixCell[])[];
}

/** Who gets in where. */
export interface AccessMatrix {
  readonly sections: readonly MatrixSection[];
  /** Objects that take no effect, and why. */
  readonly refused: readonly string[];
  /** What was taken for granted because the manifests do not say it. */
  readonly assumptions: readonly string[];
  /** Where only some of the classes were tried, and why. */
  readonly limits: readonly string[];
}

/** How to make a matrix. */
export interface MatrixProps {
  /** Hears how far it is: so many of so many endpoints. */
  readonly progress?: (done: number, total: number) => void;
}

/** Makes the matrix of a mesh. */
export function accessMatrix(space: AccessSpace, { progress }: MatrixProps = {}): AccessMatrix {
  const { mesh } = space;
  const assumptions = new Set<string>();
  const total = space.endpoints.length;
  let done = 0;
  const advance = () => progress?.(done += 1, total);
  const sections = [
    sectionOf(space, 'gateway', 'from outside, at the gateways', assumptions, advance),
    sectionOf(space, 'service', 'inside the mesh, straight to the Services', assumptions, advance),
  ].filter(({ columns }) => columns.length > 0);
  return {
    sections,
    refused: mesh.refused,
    assumptions: [...assumptions].sort(),
    limits: [...new Set(space.endpoints.flatMap((endpoint) => space.surfaceOf(endpoint).limits))].sort(),
  };
}
