// When the page is painted: on the next animation frame, and at most ten times a second for what arrives by itself.
// A hidden tab has no frames, so nothing is painted there and everything goes on being counted.

/** Milliseconds between two paints of arrivals. */
export const PAINT_INTERVAL = 100;

export class Painter {
  private readonly paint: () => void;
  private painted = Number.NEGATIVE_INFINITY;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private frame: number | undefined;

  constructor(paint: () => void) {
    this.paint = paint;
  }

  /** Something arrived. */
  soon(): void {
    if (this.timer !== undefined || this.frame !== undefined) return;
    const wait = this.painted + PAINT_INTERVAL - performance.now();
    if (wait <= 0) this.next();
    else
      this.timer = setTimeout(() => {
        this.timer = undefined;
        this.next();
      }, wait);
  }

  /** The reader did something, or waits for it. */
  next(): void {
    if (this.frame !== undefined) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = undefined;
      clearTimeout(this.timer);
      this.timer = undefined;
      this.painted = performance.now();
      this.paint();
    });
  }
}
