import { render } from 'preact';
import '@fontsource-variable/inter/standard.css';
import '../shared/tokens.css';
import { config } from '../shared/page';
import './board.css';
import { Gate } from './gate';

const { endpoint, key } = config<{ endpoint: string; key: string | null }>();

render(<Gate endpoint={endpoint} knownKey={key} />, document.getElementById('app') as HTMLElement);
