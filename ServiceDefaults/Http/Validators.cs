using System.Reflection;
using System.Text.Json;
using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Platform.ServiceDefaults;

/// <summary>The rules that bodies are held to.</summary>
public static class Validators
{
    /// <summary>Adds every validator of an assembly; what they find is named as it is in JSON.</summary>
    public static WebApplicationBuilder AddValidators(this WebApplicationBuilder builder, Assembly assembly)
    {
        ValidatorOptions.Global.PropertyNameResolver = static (_, member, _) => member is null ? null : JsonNamingPolicy.SnakeCaseLower.ConvertName(member.Name);
        ValidatorOptions.Global.DisplayNameResolver = ValidatorOptions.Global.PropertyNameResolver;
        foreach (var validator in AssemblyScanner.FindValidatorsInAssembly(assembly, includeInternalTypes: true))
        {
            builder.Services.AddSingleton(validator.InterfaceType, validator.ValidatorType);
        }

        return builder;
    }
}
