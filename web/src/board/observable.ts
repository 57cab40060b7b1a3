// A value that tells when it is another.
import { useEffect, useState } from 'preact/hooks';

export class Observable<Value> {
  private readonly listeners = new Set<() => void>();

  constructor(private value: Value) {}

  get(): Value {
    return this.value;
  }

  /** Change some fields, and tell everybody. */
  set(part: Partial<Value>): void {
    this.value = { ...this.value, ...part };
    for (const listener of this.listeners) listener();
  }

  listen(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

/** The value, in a component that is drawn again when it changes. */
export function useValue<Value>(observable: Observable<Value>): Value {
  const [value, setValue] = useState(observable.get());
  useEffect(() => {
    const update = () => setValue(observable.get());
    update();
    return observable.listen(update);
  }, [observable]);
  return value;
}
