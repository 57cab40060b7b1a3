// Swagger UI over the server's own OpenAPI document.
import SwaggerUI from 'swagger-ui-dist/swagger-ui-es-bundle.js';
import '@fontsource-variable/inter/standard.css';
import 'swagger-ui-dist/swagger-ui.css';
import '../shared/tokens.css';
import { config } from '../shared/page';
import './rest.css';

const { url, scheme, key } = config<{ url: string; scheme: string; key: string | null }>();

// Swagger UI has a dark mode, but does not ask whether it is wanted.
const dark = matchMedia('(prefers-color-scheme: dark)');
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', follow);
follow();

const ui = SwaggerUI({
  url,
  dom_id: '#app',
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  persistAuthorization: false, // a key is not kept
  validatorUrl: null,
  tryItOutEnabled: true,
  onComplete() {
    if (key) ui.preauthorizeApiKey(scheme, key);
  },
});
