import type { Json } from '../../src/contract/json.ts'
import type { Emit, Operator, OperatorContext } from '../../src/contract/operator.ts'
import { type ParkedRecord, quarantineRequestOf, quarantineShape } from '../../src/contract/quarantine.ts'
import type { Snapshot } from '../../src/contract/snapshot.ts'
import { MillraceError } from '../../src/errors.ts'
import { cborView, decodeCbor, encodeCbor } from '../../src/state/cbor.ts'
import { noTimes } from '../../src/state/files/state-entry.ts'
import { checkedKey, type Key, keyText } from '../../src/state/key.ts'
import type { KeyedState, StateMap } from '../../src/state/keyed-state.ts'
import { keyedStateIn } from '../../src/state/keyed-state-in.ts'
import { isPlainData, unkeepable } from '../../src/state/plain-data.ts'
import { checkStateLayout, stateLayout } from '../../src/state/state-layout.ts'

/** How much may be parked, and whether a job may end with it. */
export interface QuarantineLimits {
  readonly perKey: number
  readonly inAllBytes: number
  readonly atEnd: 'fail' | 'keep'
}

/** What is known of all keys together. */
interface Totals {
  records: number
  keys: number
  sizeBytes: number
  /** The id of the next record. */
  next: number
}

/** Hands records on, and parks what fails together with what comes after it by the same key. */
export class QuarantineOperator implements Operator<unknown> {
  readonly process: Emit<unknown>
  readonly #limits: QuarantineLimits
  readonly #context: OperatorContext<never>
  readonly #state: KeyedState<ParkedRecord[]>
  readonly #parked: StateMap<ParkedRecord[]>
  readonly #restored: Snapshot | undefined
  #totals: Totals = { records: 0, keys: 0, sizeBytes: 0, next: 1 }

  constructor(
    keySelector: (value: unknown) => Key,
    limits: QuarantineLimits,
    context: OperatorContext<never>,
    restored: Snapshot | undefined,
  ) {
    this.#limits = limits
    this.#context = context
    this.#state = keyedStateIn<ParkedRecord[]>(context, {
      shape: quarantineShape,
      pack: (_key, records) => ({ value: cborView(records), timers: noTimes }),
      unpack: (packed) => decodeCbor(packed) as ParkedRecord[],
    })
    this.#parked = this.#state.within(0)
    this.#restored = restored
    if (restored !== undefined) this.#restore(restored)
    this.process = (value, timestamp) => {
      const key = this.#keyOf(keySelector, value, timestamp)
      if (key !== undefined) this.#take(key, value, timestamp)
    }
  }

  async open(): Promise<void> {
    const { layers, migrate } = this.#restored ?? {}
    if (layers === undefined) return
    await this.#state.open(layers, this.#context)
    if (migrate === undefined) return
    for (const [key, records] of [...this.#parked.entries()])
      this.#parked.set(
        key,
        records.map((record) => ({ ...record, value: migrate(record.value, key) })),
      )
  }

  ready(): Promise<void> | undefined {
    return this.#state.room()
  }

  onRequest(json: Json): void {
    const request = quarantineRequestOf(json)
    if (request === undefined) return
    if (request.action === 'drop') this.#drop(request.key, request.upTo)
    const keys = request.key === undefined ? this.#keysInOrder() : [request.key]
    for (const key of keys) this.#retry(key)
    this.#tell()
  }

  get unfinished(): MillraceError | undefined {
    const { records, keys } = this.#totals
    if (records === 0 || this.#limits.atEnd === 'keep') return undefined
    return new MillraceError(
      'QUARANTINE_NOT_EMPTY',
      `the input has ended, and ${records} records of ${keys} keys are parked`,
    )
  }

  snapshot(): Snapshot {
    const header = { shape: quarantineShape, known: { ...this.#totals } }
    return { schema: stateLayout, parts: [encodeCbor(header)], changes: this.#state.snapshot() }
  }

  #keyOf(keySelector: (value: unknown) => Key, value: unknown, timestamp: number): Key | undefined {
    try {
      return checkedKey(keySelector(value))
    } catch (error) {
      this.#context.refuse(this.#context.failed(error, keySelector), value, timestamp)
      return undefined
    }
  }

  #take(key: Key, value: unknown, timestamp: number): void {
    // As long as nothing is parked at all, no key need be looked up.
    const before = this.#totals.records === 0 ? undefined : this.#parked.get(key)
    const failure = before === undefined ? this.#context.attempt(value, timestamp) : undefined
    if (before === undefined && failure === undefined) return
    const record = this.#recordOf(key, value, timestamp, failure)
    if (failure !== undefined) setFailure(record, failure)
    this.#checkRoom(key, before?.length ?? 0, record, failure)
    if (before === undefined) {
      this.#parked.set(key, [record])
      this.#totals.keys += 1
    } else before.push(record)
    this.#totals.records += 1
    this.#totals.sizeBytes += record.sizeBytes
    this.#totals.next += 1
    this.#tell()
  }

  #recordOf(key: Key, value: unknown, timestamp: number, cause: MillraceError | undefined): ParkedRecord {
    if (!isPlainData(value)) {
      const { path, kind } = unkeepable(value)
      throw new MillraceError(
        'STATE_INVALID',
        `a record of the key ${keyText(key)} is to be parked and holds ${kind}${path === '' ? '' : ` at ${path}`}: a checkpoint could not bring it back`,
        { cause },
      )
    }
    // The value belongs to whoever made it, who may change it.
    const packed = encodeCbor(value)
    const where = cause?.where ?? this.#context.whereIs()
    const { source, shard, sequenceNumber } = where
    return {
      id: this.#totals.next,
      value: decodeCbor(packed),
      timestamp,
      where: {
        ...(source !== undefined && { source }),
        ...(shard !== undefined && { shard }),
        ...(sequenceNumber !== undefined && { sequenceNumber }),
      },
      sizeBytes: packed.length,
    }
  }

  #checkRoom(key: Key, ofKey: number, { sizeBytes }: ParkedRecord, cause: MillraceError | undefined): void {
    const { perKey, inAllBytes } = this.#limits
    const full =
      ofKey >= perKey
        ? `${ofKey} records of the key ${keyText(key)} are parked, as many as are allowed`
        : this.#totals.sizeBytes + sizeBytes > inAllBytes
          ? `${this.#totals.sizeBytes} bytes are parked, and a record of the key ${keyText(key)} has ${sizeBytes}: ${inAllBytes} are allowed`
          : undefined
    if (full !== undefined) throw new MillraceError('QUARANTINE_FULL', full, { cause })
  }

  /** Keys by the first record that was parked of each, so that it is the same order every time. */
  #keysInOrder(): Key[] {
    return [...this.#parked.entries()].sort(([, [a]], [, [b]]) => a!.id - b!.id).map(([key]) => key)
  }

  #drop(key: Key, upTo: number): void {
    const records = this.#parked.get(key)
    while (records !== undefined && records.length > 0 && records[0]!.id <= upTo) {
      this.#forgetFirst(records)
      this.#context.count('dropped')
    }
  }

  /** Hands on what is parked of a key, up to what fails again: copies, since that stays as it is. */
  #retry(key: Key): void {
    const records = this.#parked.get(key)
    if (records === undefined) return
    for (let [first] = records; first !== undefined; [first] = records) {
      const failure = this.#context.attempt(structuredClone(first.value), first.timestamp, first.where)
      if (failure !== undefined) {
        setFailure(first, failure)
        return
      }
      this.#forgetFirst(records)
      this.#context.count('returned')
    }
    this.#parked.delete(key)
    this.#totals.keys -= 1
  }

  #forgetFirst(records: ParkedRecord[]): void {
    this.#totals.sizeBytes -= records.shift()!.sizeBytes
    this.#totals.records -= 1
  }

  #tell(): void {
    this.#context.level('parked', this.#totals.records)
    this.#context.level('parked-keys', this.#totals.keys)
  }

  #restore({ schema, parts: [header], migrate }: Snapshot): void {
    checkStateLayout(schema)
    const { shape, known } = decodeCbor(header!) as { shape: string; known: Totals }
    if (shape !== quarantineShape && migrate === undefined) {
      throw new MillraceError(
        'CHECKPOINT_INCOMPATIBLE',
        `the checkpoint holds state of another shape (${shape}) than the job now has (${quarantineShape})`,
      )
    }
    this.#totals = known
    this.#tell()
  }
}

function setFailure(record: ParkedRecord, { code, happened, where }: MillraceError): void {
  const tries = (record.failure?.tries ?? 0) + 1
  record.failure = { code, reason: happened, operator: where.operator ?? null, tries }
}
