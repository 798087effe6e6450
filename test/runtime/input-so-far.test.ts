import { describe, expect, it } from 'vitest'
import { InputSoFar } from '../../src/runtime/input-so-far.ts'

/** A source that stands where the test says. */
function source(name: string, positions: Record<string, string> = {}) {
  return {
    name,
    steps: 0,
    underWay: undefined as { split: string; after: string | undefined } | undefined,
    positions,
    handedOver() {
      return { ...this.positions }
    },
    move(split: string, to: string) {
      this.underWay = { split, after: this.positions[split] }
      this.positions[split] = to
      this.steps += 1
    },
    settle() {
      this.underWay = undefined
      this.steps += 1
    },
  }
}

describe('how far the input has been handed over', () => {
  it('is what the checkpoint says until sources are opened', () => {
    const input = new InputSoFar({ orders: { a: '3' } })
    expect(input.now()).toEqual({ through: { orders: { a: '3' } }, settled: { orders: { a: '3' } } })
    expect(input.now().settled).toBe(input.now().through)
    input.add(source('orders', { a: '3', b: '1' }))
    expect(input.now().through).toEqual({ orders: { a: '3', b: '1' } })
  })

  it('has a fetch that is being handed over in what was read, and not in what is settled', () => {
    const input = new InputSoFar({})
    const orders = source('orders', { a: '3' })
    const clicks = source('clicks', { x: '7' })
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
    orders.settle()
    expect(input.now().settled).toBe(input.now().through)
    orders.move('b', '1')
    expect(input.now().settled).toEqual({ orders: { a: '5' }, clicks: { x: '7' } })
  })

  it('is settled only at barriers where operators call something outside', () => {
    const input = new InputSoFar({})
    const orders = source('orders')
    input.add(orders)
    input.asynchronous = true
    orders.move('a', '5')
    orders.settle()
    expect(input.now()).toEqual({ through: { orders: { a: '5' } }, settled: {} })
    input.cut()
    orders.move('a', '9')
    orders.settle()
    expect(input.now()).toEqual({ through: { orders: { a: '9' } }, settled: { orders: { a: '5' } } })
  })
})
