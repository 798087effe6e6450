import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parquetReadObjects } from 'hyparquet'

/** Every row that a reader of the folder sees. */
export async function recordsIn(folder: string): Promise<Record<string, unknown>[]> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.parquet'),
  )
  return recordsOf(files.map((file) => readFileSync(join(folder, file))))
}

/** Every row of some Parquet files. */
export async function recordsOf(contents: readonly Buffer[]): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = []
  for (const content of contents) {
    const buffer = content.buffer.slice(
      content.byteOffset,
      content.byteOffset + content.byteLength,
    ) as ArrayBuffer
    rows.push(...(await parquetReadObjects({ file: buffer })))
  }
  return rows
}

/** Every row that a reader of the folder sees, as `sensor hour n total`. */
export async function rowsIn(folder: string): Promise<string[]> {
  return asText(await recordsIn(folder))
}

export function asText(rows: readonly Record<string, unknown>[]): string[] {
  return rows
    .map((row) => `${row['sensor']} ${(row['hour'] as Date).getTime()} ${row['n']} ${row['total']}`)
    .sort()
}
