/** How long each phase of the demo took. */
export class Phases {
  readonly #took: { phase: string; seconds: string }[] = []
  readonly #started = performance.now()

  async time<T>(phase: string, work: () => Promise<T>): Promise<T> {
    const started = performance.now()
    console.log(`▸ ${phase}`)
    const result = await work()
    this.#took.push({ phase, seconds: seconds(started) })
    return result
  }

  print(): void {
    console.log('\nHow long it took:')
    for (const { phase, seconds } of this.#took) console.log(`  ${seconds.padStart(6)} s  ${phase}`)
    console.log(`  ${seconds(this.#started).padStart(6)} s  altogether`)
  }
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1)
}
