// A component that is drawn again only when one of its properties is another: a column is long.
// A property of which another says whether it changed can be left out.
import { Component, type ComponentChild, type FunctionComponent, h } from 'preact';

export function memo<Props extends object>(
  View: FunctionComponent<Props>,
  leftOut: keyof Props | '' = '',
) {
  return class Memo extends Component<Props> {
    override shouldComponentUpdate(next: Props): boolean {
      const before = this.props as Record<string, unknown>;
      return Object.entries(next).some(
        ([name, value]) => name !== leftOut && before[name] !== value,
      );
    }

    override render(): ComponentChild {
      return h(View, this.props as Props);
    }
  };
}
