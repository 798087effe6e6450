import type { Change, Stream } from 'millrace'
import { c0 } from '../../../examples/nexmark/c0.ts'
import type { NexmarkEvent } from '../../../examples/nexmark/events.ts'
import { q0 } from '../../../examples/nexmark/q0.ts'
import { q1 } from '../../../examples/nexmark/q1.ts'
import { q2 } from '../../../examples/nexmark/q2.ts'
import { q3 } from '../../../examples/nexmark/q3.ts'
import { q4 } from '../../../examples/nexmark/q4.ts'
import { q5, q5all, q5w } from '../../../examples/nexmark/q5.ts'
import { q6, q6last } from '../../../examples/nexmark/q6.ts'
import { q7, q7w } from '../../../examples/nexmark/q7.ts'
import { q8 } from '../../../examples/nexmark/q8.ts'
import { q9 } from '../../../examples/nexmark/q9.ts'
import { q10 } from '../../../examples/nexmark/q10.ts'
import { q11, q11x } from '../../../examples/nexmark/q11.ts'
import { q12, q12e } from '../../../examples/nexmark/q12.ts'
import { q13, type TableEntry } from '../../../examples/nexmark/q13.ts'
import { q14 } from '../../../examples/nexmark/q14.ts'
import { q15 } from '../../../examples/nexmark/q15.ts'
import { q16 } from '../../../examples/nexmark/q16.ts'
import { q17 } from '../../../examples/nexmark/q17.ts'
import { q18 } from '../../../examples/nexmark/q18.ts'
import { q19 } from '../../../examples/nexmark/q19.ts'
import { q20 } from '../../../examples/nexmark/q20.ts'
import { q21 } from '../../../examples/nexmark/q21.ts'
import { q22 } from '../../../examples/nexmark/q22.ts'
import { q23 } from '../../../examples/nexmark/q23.ts'

/** A row of an answer: its columns by name, in order. */
export type Row = Readonly<Record<string, string | number>>

/** What a query reads. */
export interface Inputs {
  readonly events: Stream<NexmarkEvent>
  /** Opens the table that q13 looks auctions up in. */
  readonly table: () => Stream<TableEntry>
}

/** A query, and whether it answers in rows, in rows that have a key and stay, or in changes of such. */
export type Query =
  | { readonly answer: 'rows' | 'inserts'; readonly of: (inputs: Inputs) => Stream<Row> }
  | { readonly answer: 'changes'; readonly of: (inputs: Inputs) => Stream<Change<unknown, Row>> }

const rows = (query: (events: Stream<NexmarkEvent>) => Stream<Row>): Query => ({
  answer: 'rows',
  of: ({ events }) => query(events),
})

const changes = (query: (events: Stream<NexmarkEvent>) => Stream<Change<unknown, Row>>): Query => ({
  answer: 'changes',
  of: ({ events }) => query(events),
})

/** All queries by name. */
export const queries: Readonly<Record<string, Query>> = {
  q0: rows(q0),
  q1: rows(q1),
  q2: rows(q2),
  q3: rows(q3),
  q4: changes(q4),
  q5: rows(q5),
  q5w: rows(q5w),
  q5all: rows(q5all),
  q6: rows(q6),
  q6last: changes(q6last),
  q7: rows(q7),
  q7w: rows(q7w),
  q8: rows(q8),
  q9: { answer: 'inserts', of: ({ events }) => q9(events) },
  q10: rows(q10),
  q11: rows(q11),
  q11x: rows(q11x),
  q12: rows(q12),
  q12e: rows(q12e),
  q13: { answer: 'rows', of: ({ events, table }) => q13(events, table()) },
  q14: rows(q14),
  q15: changes(q15),
  q16: changes(q16),
  q17: changes(q17),
  q18: changes(q18),
  q19: changes(q19),
  q20: rows(q20),
  q21: rows(q21),
  q22: rows(q22),
  q23: rows(q23),
  c0: rows(c0),
}
