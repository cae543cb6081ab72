/** An EventTarget whose events are CustomEvents with known details. */
export class TypedEvents<Events extends object> {
  readonly #target = new EventTarget();

  on<K extends keyof Events & string>(type: K, listener: (detail: Events[K]) => void): this {
    this.#target.addEventListener(type, (event) => listener((event as CustomEvent<Events[K]>).detail));
    return this;
  }

  protected emit<K extends keyof Events & string>(type: K, detail: Events[K]): void {
    this.#target.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
