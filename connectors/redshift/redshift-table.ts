import type { AwsConnection } from '../../src/contract/aws-connection.ts'
import type { ObjectDestination } from '../../src/contract/object-destination.ts'
import { MillraceError } from '../../src/errors.ts'
import { type Duration, milliseconds } from '../../src/units.ts'
import { dataApi, type Warehouse } from './data-api.ts'
import { copyFormat, refusedFormat } from './file-format.ts'
import { FileLoader } from './file-loader.ts'
import { type FileToLoad, tablesOf } from './load-sql.ts'
import { LoadedStage } from './loaded-stage.ts'
import { literal } from './quoted.ts'
import { Statements } from './statements.ts'

/** Where rows go, and by which files. */
export interface RedshiftTableOptions extends AwsConnection {
  /** Where the files lie that are loaded, such as `bucket('s3://lake/orders')`. They stay there. */
  readonly through: ObjectDestination
  /** The table, which must be there. */
  readonly table: string
  /** Its schema. Default `'public'`. */
  readonly schema?: string
  /** The columns that are loaded, as COPY takes them. Default: all of the table. */
  readonly columns?: readonly string[]
  readonly database: string
  /** The name of a workgroup of Redshift Serverless; or `cluster`. */
  readonly workgroup?: string
  /** The identifier of a provisioned cluster; or `workgroup`. */
  readonly cluster?: string
  /** As whom to connect to a cluster. Default: as the IAM identity. */
  readonly user?: string
  /** The ARN of a secret with name and password, instead of `user`. */
  readonly secret?: string
  /** The ARN of the role by which Redshift reads the files, which is attached to it. Default: its default role. */
  readonly role?: string
  /** Further parameters of COPY, such as `TRUNCATECOLUMNS`. None by which rows could be left out. */
  readonly copy?: string
  /**
   * What happens when Redshift will not take files, such as for a row that does not fit. `'fail'` stops the job with `LOAD_REFUSED`;
   * started again, it tries to load them again. `'set-aside'` notes the files and the reason in the ledger, counts their rows
   * (`refused`) and goes on; they stay where they are. Default `'fail'`.
   */
  readonly whenRefused?: 'fail' | 'set-aside'
  /** The table, in the same schema, that says which files were loaded. It is created if it is not there. Default `'millrace_loads'`. */
  readonly ledger?: string
  /** How long a load may take, and how long calls are tried again, before the job restarts. Default `'1h'`. */
  readonly giveUpAfter?: Duration
}

/**
 * A table of Redshift. Rows go into files first, exactly once; those of a checkpoint are then loaded by `COPY`, with a manifest
 * that names them alone. In the same transaction a ledger notes them, and no file is loaded that stands there. So each row
 * is in the table exactly once, whatever fails, and whoever else does the same at the same time.
 *
 * Takes files of `parquet(…)`, and of `jsonLines(…)` that are plain or compressed by `gzip` or `zstd`. Needs the package
 * `@aws-sdk/client-redshift-data`, and what `through` needs. See `docs/redshift.md` for the rights.
 *
 * Errors of the running sink, besides those of `through`: `LOAD_REFUSED` when Redshift will not take the files, with what it
 * says of them; `SINK_FAILED` for what may pass; `ACCESS_DENIED`, `CREDENTIALS_MISSING`, `REGION_MISSING`, `OPTION_INVALID`.
 *
 * @throws MillraceError `OPTION_INVALID` for options that make no sense.
 * @throws RangeError if `giveUpAfter` is not a duration.
 * @example
 * const orders = redshiftTable({
 *   through: bucket('s3://lake/orders'),
 *   workgroup: 'analytics',
 *   database: 'dev',
 *   table: 'orders',
 * })
 * orders.description.place // 'table public.orders of workgroup analytics'
 */
export function redshiftTable(options: RedshiftTableOptions): ObjectDestination {
  const {
    through,
    table,
    schema = 'public',
    columns = [],
    ledger = 'millrace_loads',
    whenRefused = 'fail',
    giveUpAfter = '1h',
  } = options
  if (through?.kind !== 'objects' || !through.description.place.startsWith('s3://'))
    throw invalid('`through` is no place in S3, such as bucket(…) gives')
  const tables = tablesOf(schema, table, ledger, columns)
  if (whenRefused !== 'fail' && whenRefused !== 'set-aside')
    throw invalid("`whenRefused` is 'fail' or 'set-aside'")
  if (table === ledger) throw invalid('the ledger must be another table')
  const warehouse = warehouseOf(options)
  const [role, parameters] = [roleOf(options.role), parametersOf(options.copy)]
  const patienceMs = milliseconds(giveUpAfter)
  return {
    kind: 'objects',
    description: {
      kind: 'redshift',
      place: `table ${schema}.${table} of ${whichOf(options)}`,
      because:
        'a file is loaded in one transaction with a note of it, and none that is noted is loaded again',
    },
    refuses: (format) => refusedFormat(format) ?? through.refuses?.(format),
    open: async (context) => {
      if (context.readOnly) return through.open(context)
      const { writer, clock, random } = context
      const format = copyFormat(context.format)
      if (format === undefined) throw invalid(refusedFormat(context.format)!)
      const how = { clock, random, patienceMs, doing: `load into the table ${schema}.${table}` }
      const statements = new Statements(await dataApi(options, warehouse), how)
      const onRefused = (files: readonly FileToLoad[]) =>
        context.count(
          'refused',
          files.reduce((sum, { rows }) => sum + rows, 0),
        )
      const loader = new FileLoader(statements, tables, {
        ...{ writer, format, role, parameters },
        onRefused: whenRefused === 'fail' ? undefined : onRefused,
      })
      return new LoadedStage(await through.open(context), loader, writer)
    },
  }
}

function warehouseOf({ database, workgroup, cluster, user, secret }: RedshiftTableOptions): Warehouse {
  if (typeof database !== 'string' || database === '') throw invalid('`database` is no name')
  if ((workgroup === undefined) === (cluster === undefined))
    throw invalid('name one of `workgroup` and `cluster`')
  if (user !== undefined && (cluster === undefined || secret !== undefined))
    throw invalid('`user` is for a `cluster`, without a `secret`')
  return {
    Database: database,
    ...(workgroup !== undefined && { WorkgroupName: workgroup }),
    ...(cluster !== undefined && { ClusterIdentifier: cluster }),
    ...(user !== undefined && { DbUser: user }),
    ...(secret !== undefined && { SecretArn: secret }),
  }
}

const whichOf = ({ workgroup, cluster }: RedshiftTableOptions) =>
  workgroup === undefined ? `cluster ${cluster}` : `workgroup ${workgroup}`

function roleOf(role: string | undefined): string {
  if (role === undefined) return 'DEFAULT'
  // Several, with commas between them, are roles that assume each other.
  if (!/^arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@:/-]+$/.test(role)) throw invalid('`role` is no ARN of a role')
  return literal(role)
}

/** By these rows would be left out, or the files would be others. */
const forbidden =
  /;|--|\/\*|\b(MAXERROR|NOLOAD|IGNOREALLERRORS|MANIFEST|FORMAT|IAM_ROLE|CREDENTIALS|ACCESS_KEY_ID)\b/i

function parametersOf(copy: string | undefined): string {
  if (copy === undefined) return ''
  const [found] = forbidden.exec(copy) ?? []
  if (found !== undefined) throw invalid(`\`copy\` must not have ${found}`)
  return ` ${copy}`
}

function invalid(message: string): MillraceError {
  return new MillraceError('OPTION_INVALID', `redshiftTable(…): ${message}`)
}
