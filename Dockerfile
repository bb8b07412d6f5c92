# The processor. Build it from the root of the repository; docs/CONTAINER.md says how it is run.
#
#   docker build -t hobom-slices .
#   docker build -t hobom-slices --build-arg RUNTIME_TAG=10.0-noble-chiseled .    # no shell, no package manager
#
# Production pins both tags to what was tested, such as 10.0.10 or a digest (10.0@sha256:...).
ARG SDK_TAG=10.0
ARG RUNTIME_TAG=10.0

# The build runs on the builder's own architecture, for the target's.
FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:${SDK_TAG} AS publish
ARG TARGETARCH
WORKDIR /source

# Restored before any source is there: a change of code does not fetch packages again. tests/Fast/DockerfileTests
# compares this list with the projects' references.
COPY global.json Directory.Build.props Directory.Build.targets Directory.Packages.props ./
COPY src/Directory.Build.props src/
COPY src/Host/Hobom.Slices.Host.csproj src/Host/
COPY src/Shared/Core/Hobom.Slices.Core.csproj src/Shared/Core/
COPY src/Shared/Runtime/Hobom.Slices.Runtime.csproj src/Shared/Runtime/
COPY src/Shared/Audit/Hobom.Slices.Audit.csproj src/Shared/Audit/
COPY src/Shared/Http/Hobom.Slices.Http.csproj src/Shared/Http/
COPY src/Shared/Storage/Hobom.Slices.Storage.csproj src/Shared/Storage/
COPY src/Features/Broker/Hobom.Slices.Broker.csproj src/Features/Broker/
COPY src/Features/DeadLetters/Hobom.Slices.DeadLetters.csproj src/Features/DeadLetters/
COPY src/Features/Law/Hobom.Slices.Law.csproj src/Features/Law/
COPY src/Features/Links/Hobom.Slices.Links.csproj src/Features/Links/
COPY src/Features/Logs/Hobom.Slices.Logs.csproj src/Features/Logs/
COPY src/Features/Messages/Hobom.Slices.Messages.csproj src/Features/Messages/
COPY src/Features/Page/Hobom.Slices.Page.csproj src/Features/Page/
COPY src/Features/Space/Hobom.Slices.Space.csproj src/Features/Space/
COPY src/Features/Streams/Hobom.Slices.Streams.csproj src/Features/Streams/
RUN dotnet restore src/Host -a "${TARGETARCH:-$(dpkg --print-architecture)}" -p:PublishReadyToRun=true

# The analyzers are ./test's business. Compiled ahead of time, for a start that takes a third less.
COPY .editorconfig ./
COPY protos protos
COPY src src
RUN dotnet publish src/Host -c Release -a "${TARGETARCH:-$(dpkg --print-architecture)}" --no-restore --self-contained false \
    -p:PublishReadyToRun=true -p:RunAnalyzers=false -o /out

FROM mcr.microsoft.com/dotnet/aspnet:${RUNTIME_TAG} AS processor
LABEL org.opencontainers.image.title="Hobom.Slices" \
      org.opencontainers.image.description="Event processor: outboxes to Kafka, dead letters, broker, streams"
WORKDIR /app
COPY --from=publish /out ./

# No socket for debuggers, which would want a writable folder. The address is HOBOM_HTTP_ADDR's alone.
ENV DOTNET_EnableDiagnostics=0 \
    ASPNETCORE_HTTP_PORTS=
USER $APP_UID
EXPOSE 8082
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 CMD ["/app/hobom", "health"]
ENTRYPOINT ["/app/hobom"]
