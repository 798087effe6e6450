import { join } from 'node:path'
import type { Clock } from '../../src/contract/clock.ts'
import { systemClock } from '../../src/contract/system.ts'
import { MillraceError } from '../../src/errors.ts'
import type { Fault, FaultPlan } from './faults/fault.ts'
import { withFaultEndpoint } from './faults/fault-endpoint.ts'
import { FaultInjector, type LocalFaults } from './faults/fault-injector.ts'
import { listen } from './http/listener.ts'
import { AwsLimits } from './limits/aws-limits.ts'
import { noLimits } from './limits/service-limits.ts'
import { lockFolder } from './log/folder-lock.ts'
import type { Backend } from './operations/operation.ts'
import { Service } from './protocol/service.ts'
import { Account } from './streams/account.ts'
import { LocalStreams } from './streams/local-streams.ts'
import { StreamFolders } from './streams/stream-folders.ts'

/** How an embedded Kinesis is started. */
export interface LocalKinesisOptions {
  /** Any free port if left out. */
  readonly port?: number
  /** `127.0.0.1` if left out: reachable from this machine only. Anyone who reaches the server may use it. */
  readonly host?: string
  /** The folder that keeps streams and records. Without it they are gone when the server is. */
  readonly data?: string
  /** `'aws'` enforces the limits of the service; `'none'`, the default, lets everything through. */
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
  /** What goes wrong, from the first call on. */
  readonly faults?: FaultPlan | readonly Fault[]
}

/** An embedded Kinesis that is running. */
export interface LocalKinesis {
  /** For the `endpoint` of a client, such as `http://127.0.0.1:4567`. */
  readonly endpoint: string
  /** Makes things go wrong, and tells how often they have. */
  readonly faults: LocalFaults
  /** Ends all connections and lets go of the port and the data folder. Once is enough; more does no harm. */
  close(): Promise<void>
}

/**
 * Starts a Kinesis inside this process. It speaks the protocol of the service over HTTP/1.1 and over HTTP/2 without
 * TLS, both on one port.
 *
 * @throws MillraceError PORT_TAKEN, LOCAL_STORE_CORRUPT, STORE_FAILED, or OPTION_INVALID for an address or folder that
 *   cannot be used, or faults that are none.
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
  const faults = new FaultInjector(clock)
  if (options.faults !== undefined) faults.set(options.faults)
  const backend = openBackend(options)
  const service = withFaultEndpoint(new Service(backend, clock, faults), faults)
  const listener = await listen(port, host, service, clock)
  const stop = async () => {
    await listener.close()
    backend.streams.close()
    unlock()
  }
  let stopped: Promise<void> | undefined
  return {
    faults,
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

function openBackend(options: LocalKinesisOptions): Backend {
  const { data, limits: wanted = 'none', region = 'us-east-1', consumerDelayMs = 500 } = options
  const limits = wanted === 'aws' ? new AwsLimits() : noLimits
  try {
    const streams = new LocalStreams({
      region,
      consumerDelayMs,
      throughput: () => limits.throughput(),
      folders: data === undefined ? undefined : new StreamFolders(data),
    })
    return {
      streams,
      limits,
      account: new Account(data === undefined ? undefined : join(data, 'account.json')),
    }
  } catch (cause) {
    if (cause instanceof MillraceError) throw cause
    throw new MillraceError('STORE_FAILED', `the data folder ${data} cannot be read`, { cause })
  }
}
