import { describe, expect, it } from 'vitest'
import { HandedOver } from '../../src/runtime/handed-over.ts'
import { InputSoFar } from '../../src/runtime/input-so-far.ts'

/** A source that stands where the test says. */
class Source {
  readonly name: string
  readonly positions: Record<string, string>
  readonly handedOver = new HandedOver(() => this.positions)

  constructor(name: string, positions: Record<string, string> = {}) {
    this.name = name
    this.positions = positions
  }

  move(split: string, to: string): void {
    this.handedOver.begin({ split, after: this.positions[split] })
    this.positions[split] = to
  }

  end(split: string): void {
    this.handedOver.end(split, this.positions[split])
    delete this.positions[split]
  }
}

describe('how far the input has been handed over', () => {
  it('is what the checkpoint says until sources are opened', () => {
    const input = new InputSoFar({ orders: { a: '3' } })
    expect(input.now()).toEqual({ through: { orders: { a: '3' } }, settled: { orders: { a: '3' } } })
    expect(input.now().settled).toBe(input.now().through)
    input.add(new Source('orders', { a: '3', b: '1' }))
    expect(input.now().through).toEqual({ orders: { a: '3', b: '1' } })
  })

  it('has a fetch that is being handed over in what was read, and not in what is settled', () => {
    const input = new InputSoFar({})
    const orders = new Source('orders', { a: '3' })
    const clicks = new Source('clicks', { x: '7' })
    input.add(orders)
    input.add(clicks)
    const before = input.now()
    expect(input.now()).toBe(before)
    orders.move('a', '5')
    expect(input.now()).toEqual({
      through: { orders: { a: '5' }, clicks: { x: '7' } },
      settled: { orders: { a: '3' }, clicks: { x: '7' } },
    })
    expect(input.now()).toBe(input.now())
    orders.handedOver.done()
    expect(input.now().settled).toBe(input.now().through)
    orders.move('b', '1')
    expect(input.now().settled).toEqual({ orders: { a: '5' }, clicks: { x: '7' } })
  })

  it('has a split that was read to its end up to the next barrier', () => {
    const input = new InputSoFar({})
    const orders = new Source('orders')
    input.add(orders)
    orders.move('a', '5')
    orders.end('a')
    orders.handedOver.done()
    expect(input.now().through).toEqual({ orders: { a: '5' } })
    input.cut()
    orders.handedOver.cut()
    expect(input.now().through).toEqual({ orders: {} })
  })

  it('is settled only at barriers where operators call something outside', () => {
    const input = new InputSoFar({})
    const orders = new Source('orders')
    input.add(orders)
    input.asynchronous = true
    orders.move('a', '5')
    orders.handedOver.done()
    expect(input.now()).toEqual({ through: { orders: { a: '5' } }, settled: {} })
    input.cut()
    orders.move('a', '9')
    orders.handedOver.done()
    expect(input.now()).toEqual({ through: { orders: { a: '9' } }, settled: { orders: { a: '5' } } })
  })
})
