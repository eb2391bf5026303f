using Platform.TestSupport;

namespace Platform.Benchmarks.Gateway;

/// <summary>The backend that every proxy stands before, and the proxies that are not ours.</summary>
internal static class ProxyPeers
{
    /// <summary>Where the two answers are; under a path that the gateway routes.</summary>
    public const string Small = "/api/v2/threat-intel/bench/200";
    public const string Large = "/api/v2/threat-intel/bench/10k";

    /// <summary>nginx with two files, of 200 bytes and of 10 KB, not to be stored by anybody.</summary>
    public static async Task<(Child Process, Uri Address)> StartBackendAsync(string folder, CancellationToken ct)
    {
        var files = Directory.CreateDirectory(Path.Combine(folder, "backend", "www"));
        Write(files, Small, 200);
        Write(files, Large, 10 * 1024);
        return await StartNginxAsync(folder, "backend", Small, port => $$"""
            server {
              listen 127.0.0.1:{{port}} backlog=4096;
              root {{files.FullName}};
              default_type application/json;
              open_file_cache max=100;
              add_header Cache-Control no-store;
            }
            """, ct);
    }

    public static Task<(Child Process, Uri Address)> StartNginxProxyAsync(string folder, Uri backend, CancellationToken ct) =>
        StartNginxAsync(folder, "nginx", Small, port => $$"""
            upstream backend { server 127.0.0.1:{{backend.Port}}; keepalive 128; keepalive_requests 1000000; }
            server {
              listen 127.0.0.1:{{port}} backlog=4096;
              location / { proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Connection ""; }
            }
            """, ct);

    public static async Task<(Child Process, Uri Address)> StartHaproxyAsync(string folder, Uri backend, CancellationToken ct)
    {
        var port = Child.FreePort();
        var settings = Path.Combine(folder, "haproxy.cfg");
        await File.WriteAllTextAsync(settings, $"""
            global
              nbthread 2
              maxconn 4000
            defaults
              mode http
              timeout connect 5s
              timeout client 60s
              timeout server 60s
              http-reuse always
            frontend door
              bind 127.0.0.1:{port}
              default_backend backend
            backend backend
              server one 127.0.0.1:{backend.Port}

            """, ct);
        var child = Child.Start(folder, "haproxy", ["haproxy", "-db", "-f", settings]);
        return await ReadyAsync(child, port, Small, ct);
    }

    public static async Task<(Child Process, Uri Address)> StartYarpAsync(string folder, Uri backend, CancellationToken ct)
    {
        var port = Child.FreePort();
        var child = Child.Start(folder, "yarp", ["dotnet", typeof(ProxyPeers).Assembly.Location, "peer", "yarp", $"{port}", backend.ToString()]);
        return await ReadyAsync(child, port, Small, ct);
    }

    private static async Task<(Child Process, Uri Address)> StartNginxAsync(string folder, string name, string probe, Func<int, string> server, CancellationToken ct)
    {
        var port = Child.FreePort();
        var home = Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
        var settings = Path.Combine(home, "nginx.conf");
        await File.WriteAllTextAsync(settings, $$"""
            {{(Environment.UserName == "root" ? "user root;" : "")}}
            worker_processes 2;
            daemon off;
            pid {{home}}/pid;
            error_log stderr warn;
            events { worker_connections 4096; }
            http {
              access_log off;
              keepalive_requests 1000000;
              client_body_temp_path {{home}}/body;
              proxy_temp_path {{home}}/proxy;
              fastcgi_temp_path {{home}}/fastcgi;
              uwsgi_temp_path {{home}}/uwsgi;
              scgi_temp_path {{home}}/scgi;
            {{server(port)}}
            }

            """, ct);
        var child = Child.Start(home, name, ["nginx", "-c", settings, "-p", home, "-e", "stderr"]);
        return await ReadyAsync(child, port, probe, ct);
    }

    private static async Task<(Child Process, Uri Address)> ReadyAsync(Child child, int port, string path, CancellationToken ct)
    {
        var address = new Uri($"http://127.0.0.1:{port}");
        await child.ReadyAsync(new Uri(address, path), ct);
        return (child, address);
    }

    private static void Write(DirectoryInfo root, string path, int size)
    {
        var file = Path.Combine(root.FullName, path[1..]);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, "{\"x\":\"" + new string('x', size - 8) + "\"}");
    }
}
