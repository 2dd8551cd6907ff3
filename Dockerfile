# Build with every dependency, run with those of production only. Nothing is compiled and nothing downloaded beside the registry.
FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build && npm prune --omit=dev

FROM node:20-bookworm-slim
ENV HOST=0.0.0.0 PORT=8080 DATA_DIR=/var/lib/clinical-ledger
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/schemas/fhir ./schemas/fhir
RUN install -d -o node -g node -m 0700 /var/lib/clinical-ledger
USER node
VOLUME /var/lib/clinical-ledger
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s CMD ["node", "-e", "fetch('http://127.0.0.1:8080/health/ready').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# No shell in between, so that SIGTERM reaches the ledger and it stops in order.
CMD ["node", "dist/adapters/cli/main.js", "serve"]
