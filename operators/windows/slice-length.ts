/** The longest slices that windows of this size and slide can be put together of: their greatest common divisor. */
export function sliceLength(size: number, slide: number): number {
  return slide === 0 ? size : sliceLength(slide, size % slide)
}
