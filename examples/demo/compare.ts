import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'

/** What the job wrote, held against the same aggregation by DuckDB over the original file. */
export interface Comparison {
  readonly recordsIn: number
  readonly rowsOut: number
  readonly missing: number
  readonly duplicate: number
  readonly different: number
  readonly same: boolean
}

const rowsOf = (folder: string) =>
  `read_parquet('${folder}/daily-delays/**/*.parquet', hive_partitioning = false)`

/** Compares row by row; numbers must be equal, not merely near. */
export async function compare(flightsFile: string, records: number, folder: string): Promise<Comparison> {
  const connection = await (await DuckDBInstance.create()).connect()
  await connection.run(`
    create table expected as
      select origin, date_trunc('day', "date") as day, count(*) as flights, avg(delay) as meanDelay,
             max(delay) as maxDelay, count(*) filter (delay > 15) as delayed
      from (select * from '${flightsFile}' limit ${records}) group by all;
    create table actual as
      select origin, day::timestamp as day, flights, meanDelay, maxDelay, delayed from ${rowsOf(folder)};`)
  const counts = await row(
    connection,
    `select (select sum(flights) from expected) as recordsIn,
            (select count(*) from actual) as rowsOut,
            (select count(*) from expected anti join actual using (origin, day)) as missing,
            (select count(*) - count(distinct (origin, day)) from actual) as duplicate,
            (select count(*) from (from actual except all from expected)) as different`,
  )
  const [recordsIn, rowsOut, missing, duplicate, different] = counts as [
    number,
    number,
    number,
    number,
    number,
  ]
  return {
    recordsIn,
    rowsOut,
    missing,
    duplicate,
    different,
    same: missing + duplicate + different === 0 && rowsOut > 0,
  }
}

export function printComparison({
  recordsIn,
  rowsOut,
  missing,
  duplicate,
  different,
  same,
}: Comparison): void {
  console.log(`
What the job wrote, against the same aggregation by DuckDB over the original file:
  records in  ${recordsIn.toLocaleString('en')}
  rows out    ${rowsOut.toLocaleString('en')}
  missing     ${missing}
  duplicate   ${duplicate}
  different   ${different}
  → ${same ? 'exactly once.' : 'NOT THE SAME.'}`)
}

/** Prints the ten airports with the longest mean delay, from what the job wrote. */
export async function worstAirports(folder: string): Promise<void> {
  const connection = await (await DuckDBInstance.create()).connect()
  const worst = await connection.runAndReadAll(`
    select origin, sum(flights) as flights, round(sum(meanDelay * flights) / sum(flights), 1) as mean,
           max(maxDelay) as longest, round(100 * sum(delayed) / sum(flights), 1) as share
    from ${rowsOf(folder)} group by origin having sum(flights) >= (select sum(flights) from ${rowsOf(folder)}) / 2000
    order by mean desc, origin limit 10`)
  console.log('\nThe ten airports with the longest mean delay:')
  console.log('  airport   flights   mean (min)   longest (min)   over 15 min')
  for (const [origin, flights, mean, longest, share] of worst.getRows()) {
    const cells = [
      String(flights).padStart(9),
      String(mean).padStart(12),
      String(longest).padStart(15),
      `${share} %`.padStart(13),
    ]
    console.log(`  ${String(origin).padEnd(7)} ${cells.join(' ')}`)
  }
}

async function row(connection: DuckDBConnection, query: string): Promise<number[]> {
  return (await connection.runAndReadAll(query)).getRows()[0]!.map(Number)
}
