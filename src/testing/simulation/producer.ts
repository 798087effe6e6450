import type { VirtualTime } from '../virtual-time.ts'
import { AggregatingProducer } from './aggregating-producer.ts'
import type { Chance } from './chance.ts'
import { type InputAtTime, inputBytes, putTimes, type SimulatedInput } from './simulated-input.ts'
import type { SimulatedStream } from './simulated-stream.ts'

const wantedEveryMs = 500

/** Puts the inputs of a source to its stream, each at its time. */
export class Producer {
  readonly #stream: SimulatedStream
  readonly #time: VirtualTime
  readonly #aggregating: AggregatingProducer | undefined
  readonly #inputs: readonly InputAtTime[]
  readonly #puts: InputAtTime[] = []

  /** @param aggregated Whether several are put in one. */
  constructor(
    stream: SimulatedStream,
    time: VirtualTime,
    inputs: readonly SimulatedInput[],
    { aggregated, chance }: { readonly aggregated: boolean; readonly chance: Chance },
  ) {
    this.#stream = stream
    this.#time = time
    this.#aggregating = aggregated ? new AggregatingProducer(stream, time, chance.fork()) : undefined
    this.#inputs = putTimes(inputs, chance)
  }

  /** What was put, and when. */
  get puts(): readonly InputAtTime[] {
    return this.#puts
  }

  get done(): boolean {
    return this.#puts.length === this.#inputs.length
  }

  /** Begins when something is so. */
  beginOnce(isSo: () => boolean): void {
    if (!isSo()) this.#time.after(wantedEveryMs, () => this.beginOnce(isSo))
    else for (const input of this.#inputs) this.#time.after(input.at, () => this.#put(input))
  }

  #put({ key, index }: InputAtTime): void {
    const data = inputBytes(index)
    const onPut = () => void this.#puts.push({ at: this.#time.now, key, index })
    if (this.#aggregating !== undefined) this.#aggregating.put({ partitionKey: key, data, onPut })
    else {
      onPut()
      this.#stream.put(key, data)
    }
  }
}
