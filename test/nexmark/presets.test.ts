import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { presets } from '../bench/nexmark/preset.ts'
import { type Manner, straight } from './answers.ts'
import { DuckDBTables } from './duckdb-tables.ts'
import { statements } from './sql.ts'

const events = 10_000

/** Out of order by four seconds, or as much as the preset itself has it. */
const manners: readonly Manner[] = [
  { preset: 'late', events, splits: 4, group: presets.late.group },
  { preset: 'wide', events, splits: 4, group: 40 },
  { preset: 'dense', events, splits: 4, group: 40_000 },
]

describe.each(manners)('preset $preset, in groups of $group', (manner) => {
  let tables: DuckDBTables

  beforeAll(async () => {
    tables = await DuckDBTables.of(presets[manner.preset], events)
  })

  afterAll(() => tables.close())

  it.each(Object.keys(statements))('%s gives the answer of DuckDB', async (name) => {
    const right = await tables.answer(name)
    const { answer } = await straight(name, manner)
    expect(answer).toEqual({ ...right, columns: answer.rows === 0 ? [] : right.columns })
  })
})
