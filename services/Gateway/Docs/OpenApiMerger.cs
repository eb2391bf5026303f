using System.Text.Json.Nodes;

namespace Platform.Gateway.Docs;

/// <summary>Makes one OpenAPI 3.1 document of the services' own: what the gateway routes, under its address and security schemes.</summary>
internal sealed class OpenApiMerger
{
    private readonly JsonObject _paths = [];
    private readonly JsonObject _schemas = [];
    private readonly SortedSet<string> _tags = new(StringComparer.Ordinal);
    private readonly HashSet<string> _operations = new(StringComparer.Ordinal);

    /// <summary>Adds the document of a service.</summary>
    /// <param name="service">Its name, which tells equal names of schemas apart.</param>
    /// <param name="document">Its document; it is not used afterwards.</param>
    public void Add(string service, JsonObject document)
    {
        var names = AddSchemas(service, document["components"]?["schemas"] as JsonObject);
        if (document["paths"] is not JsonObject paths)
        {
            return;
        }

        foreach (var (path, item) in paths)
        {
            if (item is JsonObject operations && RouteLookup.IsRouted(path) && !_paths.ContainsKey(path))
            {
                var copy = operations.DeepClone().AsObject();
                Rename(copy, names);
                foreach (var (method, operation) in copy)
                {
                    if (operation is JsonObject o)
                    {
                        Complete(o, service, path, method);
                    }
                }

                _paths[path] = copy;
            }
        }
    }

    /// <summary>Adds paths of the gateway itself.</summary>
    public void AddOwn(JsonObject paths)
    {
        _tags.Add("gateway");
        foreach (var (path, item) in paths)
        {
            _paths[path] = item?.DeepClone();
        }
    }

    /// <summary>The merged document.</summary>
    public JsonObject Build(string title, string version, string server)
    {
        var tags = new JsonArray();
        foreach (var tag in _tags)
        {
            tags.Add(new JsonObject { ["name"] = tag });
        }

        return new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject
            {
                ["title"] = title,
                ["version"] = version,
                ["description"] = "Threat intelligence, its graph, and an agent that answers from both. "
                    + "`/api/v1` wraps answers in an envelope; `/api/v2` sends bare resources and RFC 9457 problems.",
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = server }),
            ["security"] = new JsonArray(
                new JsonObject { ["signIn"] = new JsonArray() }, new JsonObject { ["bearer"] = new JsonArray() }, new JsonObject { ["apiKey"] = new JsonArray() }),
            ["tags"] = tags,
            ["paths"] = _paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = _schemas,
                ["securitySchemes"] = new JsonObject
                {
                    ["signIn"] = new JsonObject
                    {
                        ["type"] = "oauth2",
                        ["description"] = "Sign in with a browser (OAuth 2.1, code with PKCE); everything else about it is in `/.well-known/openid-configuration`.",
                        ["flows"] = new JsonObject
                        {
                            ["authorizationCode"] = new JsonObject
                            {
                                ["authorizationUrl"] = "/connect/authorize",
                                ["tokenUrl"] = "/connect/token",
                                ["refreshUrl"] = "/connect/token",
                                ["scopes"] = new JsonObject { ["openid"] = "Know who you are.", ["offline_access"] = "Stay signed in.", ["admin"] = "Do everything an administrator may do." },
                            },
                        },
                    },
                    ["bearer"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["bearerFormat"] = "JWT", ["description"] = "An access token, from `POST /api/v1/auth/login` or `POST /connect/token`." },
                    ["apiKey"] = new JsonObject { ["type"] = "apiKey", ["in"] = "header", ["name"] = "X-API-Key", ["description"] = "A key, from `POST /api/admin/api-keys`." },
                },
            },
        };
    }

    /// <summary>Takes over schemas; one of a name that stands for something else already gets the service's name before its own.</summary>
    private Dictionary<string, string> AddSchemas(string service, JsonObject? schemas)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        if (schemas is null)
        {
            return names;
        }

        foreach (var (name, schema) in schemas)
        {
            if (_schemas.TryGetPropertyValue(name, out var known) && !JsonNode.DeepEquals(known, schema))
            {
                names[name] = char.ToUpperInvariant(service[0]) + service[1..] + name;
            }
        }

        foreach (var (name, schema) in schemas)
        {
            var copy = schema?.DeepClone();
            Rename(copy, names);
            var target = names.GetValueOrDefault(name, name);
            if (!_schemas.ContainsKey(target))
            {
                _schemas[target] = copy;
            }
        }

        return names;
    }

    private void Complete(JsonObject operation, string service, string path, string method)
    {
        if (operation["tags"] is not JsonArray { Count: > 0 })
        {
            operation["tags"] = new JsonArray(service);
        }

        foreach (var tag in operation["tags"]!.AsArray())
        {
            _tags.Add(tag!.GetValue<string>());
        }

        var id = operation["operationId"]?.GetValue<string>();
        if (id is not null && !_operations.Add(id))
        {
            id = path.StartsWith("/api/v2", StringComparison.Ordinal) ? id + "_v2" : id + "_" + method;
            operation["operationId"] = id;
            _operations.Add(id);
        }

        if (RouteLookup.IsAnonymous(path, method))
        {
            operation["security"] = new JsonArray();
        }
    }

    private static void Rename(JsonNode? node, Dictionary<string, string> names)
    {
        const string Prefix = "#/components/schemas/";
        switch (node)
        {
            case JsonObject o when names.Count > 0:
                if (o["$ref"] is JsonValue reference && reference.TryGetValue<string>(out var target)
                    && target.StartsWith(Prefix, StringComparison.Ordinal) && names.TryGetValue(target[Prefix.Length..], out var name))
                {
                    o["$ref"] = Prefix + name;
                }

                foreach (var (_, child) in o)
                {
                    Rename(child, names);
                }

                break;
            case JsonArray a when names.Count > 0:
                foreach (var child in a)
                {
                    Rename(child, names);
                }

                break;
        }
    }
}
