import { describe, expect, it } from 'vitest'
import { Wake } from '../../src/runtime/wake.ts'
import { quiet } from './until.ts'

describe('a wait', () => {
  it('ends at a call', async () => {
    const wake = new Wake()
    let woken = false
    const wait = wake.wait().then(() => {
      woken = true
    })
    await quiet()
    expect(woken).toBe(false)
    wake.call()
    await wait
  })

  it('ends at once for calls that came before, all of them together', async () => {
    const wake = new Wake()
    wake.call()
    wake.call()
    await wake.wait()
    let woken = false
    wake.wait().then(() => {
      woken = true
    })
    await quiet()
    expect(woken).toBe(false)
  })
})
