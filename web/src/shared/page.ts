// What every page starts with: its icon, and the configuration that the server wrote into it.
import icon from './icon.svg';

const link = document.createElement('link');
link.rel = 'icon';
link.type = 'image/svg+xml';
link.href = icon;
document.head.append(link);

/** The JSON of the page's `<script type="application/json" id="config">`. */
export function config<T>(): T {
  return JSON.parse(document.getElementById('config')?.textContent ?? '{}');
}
