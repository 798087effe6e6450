/** Instants of event time at which something is due, each once. A binary heap. */
export class Timers {
  readonly #heap: number[] = []
  readonly #known = new Set<number>()

  add(timestamp: number): void {
    if (this.#known.has(timestamp)) return
    this.#known.add(timestamp)
    this.#heap.push(timestamp)
    this.#siftUp(this.#heap.length - 1)
  }

  /** The earliest instant. */
  get earliest(): number | undefined {
    return this.#heap[0]
  }

  /** Removes and gives the earliest instant, if it is due at `watermark`. */
  takeDue(watermark: number): number | undefined {
    const earliest = this.#heap[0]
    if (earliest === undefined || earliest > watermark) return undefined
    const last = this.#heap.pop()!
    if (this.#heap.length > 0) {
      this.#heap[0] = last
      this.#siftDown(0)
    }
    this.#known.delete(earliest)
    return earliest
  }

  #siftUp(index: number): void {
    const heap = this.#heap
    for (let child = index; child > 0; ) {
      const parent = (child - 1) >> 1
      if (heap[parent]! <= heap[child]!) return
      swap(heap, parent, child)
      child = parent
    }
  }

  #siftDown(index: number): void {
    const heap = this.#heap
    for (let parent = index; ; ) {
      const left = 2 * parent + 1
      const right = left + 1
      let least = parent
      if (left < heap.length && heap[left]! < heap[least]!) least = left
      if (right < heap.length && heap[right]! < heap[least]!) least = right
      if (least === parent) return
      swap(heap, parent, least)
      parent = least
    }
  }
}

function swap(heap: number[], a: number, b: number): void {
  const held = heap[a]!
  heap[a] = heap[b]!
  heap[b] = held
}
