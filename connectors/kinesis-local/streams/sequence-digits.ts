import { formatSequenceNumber } from './sequence-number.ts'

const zero = 48
/** Above it a carry would leave the range of 32 bits. */
const largestStep = 10_000_000
const perCounter = digitsFromTheRight(2n ** 80n)
const perSecond = digitsFromTheRight(2n ** 36n)

function digitsFromTheRight(number: bigint): Uint8Array {
  return Uint8Array.from(String(number), Number).reverse()
}

/**
 * The sequence numbers of one shard as decimal digits. From a record to the next one only the counter and sometimes the
 * second grow, so the digits are advanced by schoolbook addition: much cheaper than turning 186 bits into text for
 * each record.
 */
export class SequenceDigits {
  /** The digits in ASCII, valid until the next {@link moveTo}. */
  readonly ascii = new Uint8Array(56)
  readonly #shardCreatedSeconds: number
  readonly #shardIndex: number
  #counter = -1
  #seconds = -1

  constructor(shardCreatedSeconds: number, shardIndex: number) {
    this.#shardCreatedSeconds = shardCreatedSeconds
    this.#shardIndex = shardIndex
  }

  moveTo(counter: number, seconds: number): void {
    const counters = counter - this.#counter
    const passed = seconds - this.#seconds
    const near = counters >= 0 && counters <= largestStep && passed >= 0 && passed <= largestStep
    if (near && this.#counter >= 0) {
      if (counters > 0) this.#add(perCounter, counters)
      if (passed > 0) this.#add(perSecond, passed)
    } else {
      this.#jumpTo(counter, seconds)
    }
    this.#counter = counter
    this.#seconds = seconds
  }

  #add(unit: Uint8Array, times: number): void {
    const { ascii } = this
    let at = ascii.length - 1
    let carry = 0
    for (let place = 0; place < unit.length || carry > 0; place++, at--) {
      const sum =
        (ascii[at] as number) - zero + (place < unit.length ? (unit[place] as number) * times : 0) + carry
      carry = (sum / 10) | 0
      ascii[at] = zero + sum - carry * 10
    }
  }

  #jumpTo(counter: number, seconds: number): void {
    const text = formatSequenceNumber({
      shardCreatedSeconds: this.#shardCreatedSeconds,
      shardIndex: this.#shardIndex,
      counter: BigInt(counter),
      seconds,
    })
    for (let at = 0; at < text.length; at++) this.ascii[at] = text.charCodeAt(at)
  }
}
