import { identifier, literal } from './quoted.ts'

/** Which tables a sink loads into, as SQL names them. */
export interface Tables {
  readonly target: string
  /** The columns that are loaded, such as `("id", "cents")`; nothing for all. */
  readonly columns: string
  readonly ledger: string
}

export function tablesOf(schema: string, table: string, ledger: string, columns: readonly string[]): Tables {
  return {
    target: `${identifier(schema)}.${identifier(table)}`,
    columns: columns.length === 0 ? '' : ` (${columns.map(identifier).join(', ')})`,
    ledger: `${identifier(schema)}.${identifier(ledger)}`,
  }
}

/** A file that is to be loaded. */
export interface FileToLoad {
  readonly file: string
  readonly rows: number
}

/** What a load is made of. */
export interface Load {
  /** Names a sink of one history of a job. */
  readonly writer: string
  readonly files: readonly FileToLoad[]
  /** Where the manifest lies. */
  readonly manifest: string
  /** What COPY is told of the files, and how it may read them. */
  readonly format: string
  readonly role: string
  readonly parameters: string
}

/** The beginning of a transaction that fails if one of some files stands in the ledger. */
function unlessLoaded({ ledger }: Tables, load: Load): readonly string[] {
  return [
    `LOCK ${ledger}`,
    `SELECT CAST(CASE WHEN COUNT(*) = 0 THEN '0' ELSE 'loaded before' END AS INTEGER) FROM ${ledger} WHERE ${among(load)}`,
  ]
}

function notes({ ledger }: Tables, { writer, files, manifest }: Load, refused: string): string {
  const rows = files.map(
    ({ file, rows: count }) =>
      `(${literal(writer)}, ${literal(file)}, ${count}, ${literal(manifest)}, GETDATE(), ${refused})`,
  )
  return `INSERT INTO ${ledger} ("sink", "file", "row_count", "manifest", "loaded_at", "refused") VALUES ${rows.join(', ')}`
}

/**
 * The statements of one transaction that loads files, unless one of them was loaded before: then it fails. The lock comes first:
 * a transaction sees what was committed when its first other statement began, so that of two which load the same files the
 * second one finds them in the ledger, under either level of isolation.
 */
export function loadStatements(tables: Tables, load: Load): readonly string[] {
  const { manifest, format, role, parameters } = load
  return [
    ...unlessLoaded(tables, load),
    `COPY ${tables.target}${tables.columns} FROM ${literal(manifest)} IAM_ROLE ${role} ${format} MANIFEST${parameters}`,
    notes(tables, load, 'NULL'),
  ]
}

/** The statements of one transaction that notes files as refused: they are not loaded any more. */
export function refusedStatements(tables: Tables, load: Load, why: string): readonly string[] {
  const words = why.replaceAll(/[\\\p{Cc}\s]+/gu, ' ').slice(0, 1000)
  return [...unlessLoaded(tables, load), notes(tables, load, literal(words))]
}

/** Which of some files stand in the ledger. */
export function loadedStatement(tables: Tables, load: Pick<Load, 'writer' | 'files'>): string {
  return `SELECT "file" FROM ${tables.ledger} WHERE ${among(load)}`
}

function among({ writer, files }: Pick<Load, 'writer' | 'files'>): string {
  return `"sink" = ${literal(writer)} AND "file" IN (${files.map(({ file }) => literal(file)).join(', ')})`
}

/** Whether there is a ledger. */
export function probeStatement({ ledger }: Tables): string {
  return `SELECT "file" FROM ${ledger} LIMIT 0`
}

export function ledgerStatement({ ledger }: Tables): string {
  return `CREATE TABLE IF NOT EXISTS ${ledger} ("sink" VARCHAR(600) NOT NULL, "file" VARCHAR(1100) NOT NULL, "row_count" BIGINT NOT NULL, "manifest" VARCHAR(1300) NOT NULL, "loaded_at" TIMESTAMP NOT NULL, "refused" VARCHAR(4000)) SORTKEY ("loaded_at")`
}

/** What COPY says of the rows that it refused. */
export function detailsStatement(queryId: number): string {
  return `SELECT file_name, line_number, column_name, error_message FROM sys_load_error_detail WHERE query_id = ${queryId} LIMIT 3`
}
