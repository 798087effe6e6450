import type { Clock } from '../../src/contract/clock.ts'
import { systemClock } from '../../src/contract/system.ts'
import { MillraceError } from '../../src/errors.ts'
import { listen } from './http/listener.ts'
import { lockFolder } from './log/folder-lock.ts'
import { Service } from './protocol/service.ts'
import { AwsThroughput } from './streams/aws-throughput.ts'
import { LocalStreams } from './streams/local-streams.ts'
import { StreamFolders } from './streams/stream-folders.ts'
import { unlimited } from './streams/throughput.ts'

/** How an embedded Kinesis is started. */
export interface LocalKinesisOptions {
  /** Any free port if left out. */
  readonly port?: number
  /** `127.0.0.1` if left out: reachable from this machine only. Anyone who reaches the server may use it. */
  readonly host?: string
  /** The folder that keeps streams and records. Without it they are gone when the server is. */
  readonly data?: string
  /** `'aws'` enforces the throughput limits of a provisioned shard; `'none'`, the default, lets everything through. */
  readonly limits?: 'aws' | 'none'
  /**
   * The time of the server; that of this machine if left out. With a `sleep` it also says when what is pushed without
   * being asked for is due: events of subscriptions in which nothing happens, and the ends of subscriptions. Without one
   * the timers of this machine do.
   */
  readonly clock?: Pick<Clock, 'now'> & Partial<Pick<Clock, 'sleep'>>
  /** How long a consumer is `CREATING`, and `DELETING`, in milliseconds; 500 if left out. */
  readonly consumerDelayMs?: number
  /** The region in the ARNs of streams; `us-east-1` if left out. */
  readonly region?: string
}

/** An embedded Kinesis that is running. */
export interface LocalKinesis {
  /** For the `endpoint` of a client, such as `http://127.0.0.1:4567`. */
  readonly endpoint: string
  /** Ends all connections and lets go of the port and the data folder. Once is enough; more does no harm. */
  close(): Promise<void>
}

/**
 * Starts a Kinesis inside this process. It speaks the protocol of the service over HTTP/1.1 and over HTTP/2 without
 * TLS, both on one port.
 *
 * @throws MillraceError PORT_TAKEN, LOCAL_STORE_CORRUPT, STORE_FAILED, or OPTION_INVALID for an address or folder that
 *   cannot be used.
 * @example
 * const kinesis = await startLocalKinesis()
 * kinesis.endpoint.startsWith('http://127.0.0.1:') // true
 * await kinesis.close()
 */
export async function startLocalKinesis(options: LocalKinesisOptions = {}): Promise<LocalKinesis> {
  const unlock = options.data === undefined ? () => {} : lockFolder(options.data)
  try {
    return await serve(options, unlock)
  } catch (error) {
    unlock()
    throw error
  }
}

async function serve(options: LocalKinesisOptions, unlock: () => void): Promise<LocalKinesis> {
  const { port = 0, host = '127.0.0.1' } = options
  const clock = clockOf(options)
  const streams = openStreams(options)
  const listener = await listen(port, host, new Service(streams, clock), clock)
  const stop = async () => {
    await listener.close()
    streams.close()
    unlock()
  }
  let stopped: Promise<void> | undefined
  return {
    endpoint: `http://${host.includes(':') ? `[${host}]` : host}:${listener.port}`,
    close() {
      stopped ??= stop()
      return stopped
    },
  }
}

function clockOf({ clock = systemClock }: LocalKinesisOptions): Clock {
  return {
    now: () => clock.now(),
    sleep: (ms, signal) => (clock.sleep === undefined ? systemClock : (clock as Clock)).sleep(ms, signal),
  }
}

function openStreams(options: LocalKinesisOptions): LocalStreams {
  const { data, limits = 'none', region = 'us-east-1', consumerDelayMs = 500 } = options
  try {
    return new LocalStreams({
      region,
      consumerDelayMs,
      throughput: () => (limits === 'aws' ? new AwsThroughput() : unlimited),
      folders: data === undefined ? undefined : new StreamFolders(data),
    })
  } catch (cause) {
    if (cause instanceof MillraceError) throw cause
    throw new MillraceError('STORE_FAILED', `the data folder ${data} cannot be read`, { cause })
  }
}
