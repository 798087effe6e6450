import { CreateStreamCommand, DescribeStreamSummaryCommand } from '@aws-sdk/client-kinesis'
import type { Clock, Random } from '../../src/contract/clock.ts'
import { systemClock, systemRandom } from '../../src/contract/system.ts'
import { MillraceError } from '../../src/errors.ts'
import type { Connection } from './client.ts'
import { connect } from './connect.ts'
import { persist } from './persist.ts'
import { serviceError } from './service-error.ts'

/** Options of {@link createStream}. */
export interface CreateStreamOptions extends Connection {
  readonly stream: string
  /** How many shards a new stream gets. An existing one keeps its own. */
  readonly shards: number
  /** Default: the clock of this machine. */
  readonly clock?: Clock
  /** For pauses between attempts. Default: the chance of this machine. */
  readonly random?: Random
  readonly signal?: AbortSignal
}

const patienceMs = 10_000
const betweenLooksMs = 200
const activePatienceMs = 120_000
/** The limit on streams that are being created passes; that on the shards of an account has the same name and does not. */
const throttlePatienceMs = 30_000

/**
 * Creates a stream unless there is one of that name, and resolves when it can be written and read. Rejects as
 * `putRecords` does.
 */
export async function createStream(options: CreateStreamOptions): Promise<'created' | 'existing'> {
  const { client, place, close } = connect(options, options.stream)
  const { clock = systemClock, random = systemRandom, stream, shards } = options
  const { signal = new AbortController().signal } = options
  const how = { clock, random, signal, patienceMs, onRetry: () => {} }
  const create = async (abortSignal: AbortSignal) => {
    await client.send(new CreateStreamCommand({ StreamName: stream, ShardCount: shards }), { abortSignal })
    return 'created' as const
  }
  const status = async (abortSignal: AbortSignal) => {
    const described = await client.send(new DescribeStreamSummaryCommand({ StreamName: stream }), {
      abortSignal,
    })
    return described.StreamDescriptionSummary?.StreamStatus
  }
  try {
    const outcome = await persist(create, { ...how, throttlePatienceMs }).catch(existing)
    await untilActive(() => persist(status, how), clock, signal)
    return outcome
  } catch (error) {
    throw serviceError(error, place)
  } finally {
    close()
  }
}

function existing(error: unknown): 'existing' {
  if (error instanceof Error && error.name === 'ResourceInUseException') return 'existing'
  throw error
}

async function untilActive(
  status: () => Promise<string | undefined>,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const giveUpAt = clock.now() + activePatienceMs
  while ((await status()) !== 'ACTIVE') {
    if (clock.now() >= giveUpAt)
      throw new MillraceError('SOURCE_UNREACHABLE', 'the stream does not become active')
    await clock.sleep(betweenLooksMs, signal)
  }
}
