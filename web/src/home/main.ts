import '@fontsource-variable/inter/standard.css';
import '../shared/tokens.css';
import '../shared/page';
import './home.css';
